"""The jobs of public OpenAPI documents as specs, and docs/job-apis.md, the table of them."""
