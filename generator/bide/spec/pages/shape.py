"""unknown-key: every key is one of the language.

Why: a key that is misspelt and ignored is a promise that nobody keeps.

    lifecyle: job                   # refused: did you mean "lifecycle"?

missing-key: what a thing needs is there.

Why: without it no package could be written.

    auth: {header: X-API-Key}       # refused: env is missing

conflicting-keys: keys that say two different things about one thing do not stand together.

Why: one of them would be ignored.

    auth: {header: X-API-Key, bearer: true, env: ACME_API_KEY}      # refused
    kind: {const: fetch, default: fetch}                            # refused: what is constant has no default

empty: what is there says something.

Why: an empty text, list or mapping is a thing that somebody meant to write.

    hosts: []                       # refused: take the key away

bad-type: a value is text, a number, a list or a mapping, as its key wants it.

Why: YAML guesses from the way a value is written.

    title: 5                        # refused
    title: "5"                      # fine

bad-value: a value is one that its key can have, written as the language writes it.

Why: it is printed into code, addresses and documentation.

    timeout: 5 minutes              # refused
    timeout: 5m                     # fine
    limit?: {type: integer, default: "10"}      # refused: default is text, not a whole number

A `default` and a `const` are of the type of their field. A `const` is text, a whole number, true, false or null.

bad-name: everything has a name that it can have, on the wire and in Python.

Why: names are what the user of a package sees of a spec. A keyword of Python is no name, nor is a built-in that the
generated classes need.

    fields: {"2fa": boolean}                                # refused: no Python name can be made of it
    fields: {"2fa": {type: boolean, name: two_factor}}      # fine
    headers: {"X Api": "2"}                                 # refused: no header has a blank in its name
    operations: {import: ...}                               # refused: a keyword
"""
