"""Mutation testing: each trial changes one thing in the code, and some test has to fail.

make mutants                  every mutant; results are kept in .mutants/, and what was killed is not tried again
make mutants SAMPLE=200       so many, always the same ones
make mutants ONLY=budget.py   those of one file

sites       which mutants a source has
targets     which files are mutated, and which tests are asked first
trial       one mutant against the tests, in a copy of the tree where they have passed
session     the tests of a folder, loaded once and run in one fork after another
swap        a mutant put into a module that is loaded already
witness     which tests reach which lines, and how long they take
known       survivors that are accepted, with the reason: equivalent.toml
report      docs/mutants.md
"""
