"""bad-allow: a comment that silences a warning names the warning and gives a reason.

Why: the next reader needs the reason. An error cannot be silenced: the generated code would be wrong.

    auth: {query: key, env: ACME_API_KEY}   # bide: allow key-in-query -- the provider has no header for it
    auth: {query: key, env: ACME_API_KEY}   # bide: allow key-in-query        (refused: no reason)

unused-allow: a comment that silences a warning is on a line with that warning.

Why: a leftover comment would silence a later warning on that line.

    # bide: allow unused-model -- only the webhook sends it
    Page: {fields: {url: string}}           # refused, if Page is used by now

The comment is on the line of the warning, or alone on a line above it.
"""
