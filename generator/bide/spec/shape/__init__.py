"""The shape of a spec: the JSON Schema of the language, and what its findings mean."""
