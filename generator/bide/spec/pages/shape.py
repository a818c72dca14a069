"""unknown-key: every key belongs to the spec language.

Why: a misspelt key would be ignored without notice.

    lifecyle: job                   # refused: did you mean "lifecycle"?

missing-key: every required key is there.

Why: the package cannot be generated without it.

    auth: {header: X-API-Key}       # refused: env is missing

conflicting-keys: keys that contradict each other are not used together.

Why: one of them would be ignored.

    auth: {header: X-API-Key, bearer: true, env: ACME_API_KEY}      # refused
    kind: {const: fetch, default: fetch}                            # refused: a constant has no default

empty: no text, list or mapping is empty.

Why: an empty value is most likely unfinished.

    hosts: []                       # refused: remove the key

bad-type: a value has the type that its key requires: text, a number, a boolean, a list or a mapping.

Why: in YAML, the notation of a value determines its type.

    title: 5                        # refused
    title: "5"                      # fine

bad-value: a value is one that its key allows, in the notation of the spec language.

Why: it becomes part of code, URLs and documentation.

    timeout: 5 minutes              # refused
    timeout: 5m                     # fine

bad-name: every name is valid on the wire and in Python.

Why: names of the spec become names in the package. Python keywords are not valid, and neither are built-ins that
generated classes use.

    fields: {"2fa": boolean}                                # refused: a Python name cannot start with a digit
    fields: {"2fa": {type: boolean, name: two_factor}}      # fine
    headers: {"X Api": "2"}                                 # refused: a header name has no spaces
    operations: {import: ...}                               # refused: a keyword
"""
