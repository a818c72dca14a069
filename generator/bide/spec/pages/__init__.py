"""The pages of the codes that no lint rule reports: those of `document`, `schema` and `silence`.

A page is a section of a docstring; `lint.codes` describes its form.
"""
