"""A spec as a document: YAML with places, its shape, and what is wrong with it."""
