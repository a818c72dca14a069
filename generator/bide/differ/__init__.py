"""Compare two versions of a spec, and say what changes for those who use the generated package.

Pure: specs in, findings out. The meanings of the two specs become trees of `facts`; every difference between these is
judged by a rule of `rules`, the last of which takes what no other knows. So nothing that changes a package is missed.
"""
