"""The pages of the codes that no rule of `lint` explains: those of `source` and of `schema`.

A page is a section of a docstring: the code, what is promised, why, and an example. `codes` reads it.
"""
