"""`bide verify` against Prism, which serves providers' own OpenAPI documents."""
