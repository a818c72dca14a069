"""bad-yaml: a spec is valid YAML.

Why: other checks need the parsed file.

    title: Acme: the scraper        # refused: text that contains ": " must be in quotes
    title: "Acme: the scraper"      # fine

Reading stops at the first syntax error. Fix it to see later problems.

tab: indentation consists of spaces.

Why: YAML does not allow tabs for indentation.

    jobs:
        fetch: ...                  # fine, if indented with spaces

bad-character: a spec is readable text in UTF-8.

Why: an invisible character can hide what a spec says. Control characters, bidirectional marks, byte order marks inside
of text and lone surrogates are refused, also as escapes in quotes.

    title: "Ac\\u202eme"            # refused
    title: Acmé 🦊                  # fine

empty-spec: a spec is not an empty file.

Why: an empty file is most likely a mistake.

    # only a comment                # refused

too-large: a spec has at most 1 MiB, and its requests at most 20,000 arguments in all.

Why: no real provider needs more, and checking an untrusted spec must stay fast.

    # split a spec that describes two providers

too-deep: a spec is nested at most 40 levels deep.

Why: the language needs about 10 levels.

    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]      # refused

several-documents: a spec is one YAML document.

Why: a file describes one provider.

    bide: 1
    ---                             # refused
    bide: 1

directive: no line starts with a percent sign.

Why: YAML directives change how the rest of the file is read.

    %YAML 1.2                       # refused

anchor: no value has a YAML anchor.

Why: shared parts have names instead, in `models`, `enums` or `lifecycles`.

    fetch: &fetch {post: /fetch}    # refused

alias: no value is a YAML alias.

Why: with aliases, a small file can expand to a huge one.

    crawl: *fetch                   # refused

tag: no value has a YAML tag.

Why: a value is text, a number, true, false, null, a list or a mapping, and its notation shows which.

    bide: !!int "1"                 # refused
    bide: 1                         # fine

bad-key: a key is text, and not empty.

Why: keys are names.

    ? [a, b]                        # refused
    "": text                        # refused

bad-number: a number fits into 64 bits.

Why: other programs would read a longer one as another number.

    max: 9223372036854775808        # refused
    max: "9223372036854775808"      # text, if text is meant

duplicate-key: a key appears once in its mapping.

Why: YAML readers disagree about which one counts.

    states: {done: succeeded, done: failed}      # refused
"""
