"""bad-allow: a comment that silences a warning names the warning, and says why.

Why: whoever reads the spec next should know what was known when it was silenced. An error cannot be silenced: what came
of it would be wrong code.

    auth: {query: key, env: ACME_API_KEY}   # bide: allow key-in-query -- the provider takes it in no other way
    auth: {query: key, env: ACME_API_KEY}   # bide: allow key-in-query        (refused: no reason)

unused-allow: a comment that silences a warning stands where there is one.

Why: when what was silenced is mended, the comment would silence the next one that comes there.

    # bide: allow unused-model -- it is sent by the webhook only
    Page: {fields: {url: string}}           # refused, if something names Page by now

The comment stands on the line that the warning points at, or above it.
"""
