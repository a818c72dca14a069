"""OpenAPI and Arazzo documents: read in bounds, with their references, as the operations of an API."""
