"""Write a spec as a document of another kind, for tools that know nothing of Bide.

Pure: a provider in, plain data out. What such a document cannot say, such as when to poll, is in its descriptions or
left out.
"""
