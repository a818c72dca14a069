"""Import real OpenAPI documents of job APIs, and say what became of them."""
