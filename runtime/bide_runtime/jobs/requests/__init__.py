"""The requests of a job, as the spec describes them."""
