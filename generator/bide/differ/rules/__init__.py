"""The rules, a family to a file.

A file has the pages of its codes as its docstring, and a table `RULES`: which differences it judges, as patterns of
their paths, and the function that says what they mean. In a pattern `*` is any step, and a last `...` any further ones.
"""
