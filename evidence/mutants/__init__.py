"""Mutation testing: each trial changes one place in the code, and some test must fail.

make mutants                     every mutant; results are kept in .mutants/, and killed ones are not tried again
make mutants SAMPLE=200          this many, always the same ones
make mutants ONLY=rate_limit.py  those of one file

sites       the mutants of a source file
targets     the files that are mutated, and the tests that run first for each
trial       one mutant against the tests, in a copy of the tree where they have passed
session     the tests of a folder, loaded once and run in one fork after another
swap        puts a mutant into a loaded module
witness     the lines that each test reaches, and its duration
known       survivors that are accepted, with the reason: equivalent.toml
report      docs/mutants.md
"""
