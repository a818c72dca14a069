"""bad-yaml: a spec is YAML.

Why: nothing can be said about a file that cannot be read.

    title: Acme: the scraper        # refused: text that holds ": " has to be in quotes
    title: "Acme: the scraper"      # fine

Reading stops at the first such place. What is wrong behind it is told when it is mended.

tab: indentation is made of blanks.

Why: how wide a tab is depends on who looks, and YAML does not take one.

    jobs:
        fetch: ...                  # fine, if these are blanks

bad-character: a spec is text that people can read, in UTF-8.

Why: a character that nobody sees can hide what a spec says. Control characters, marks that turn the direction of text,
byte order marks in mid-text and half characters are refused, also as escapes in quotes.

    title: "Ac\\u202eme"            # refused
    title: Acmé 🦊                  # fine

empty-spec: there is something in the file.

Why: an empty file is more likely a slip than a spec.

    # a comment alone               # refused

too-large: a spec has at most a mebibyte.

Why: no provider needs more, and whoever checks the specs of others should not wait.

    # split a spec that describes two providers

too-deep: a spec nests at most 40 levels deep.

Why: the language needs about ten.

    [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]      # refused

several-documents: a spec is one YAML document.

Why: a file describes one provider.

    bide: 1
    ---                             # refused
    bide: 1

directive: no line begins with a percent sign.

Why: YAML's directives change how the rest is read.

    %YAML 1.2                       # refused

anchor: nothing is anchored.

Why: a spec says a thing once, under a name that says what it is: in `models`, `enums` or `lifecycles`.

    fetch: &fetch {post: /fetch}    # refused

alias: nothing is repeated by an alias.

Why: an alias makes the reader look elsewhere, and a small file can be made to mean a huge one.

    crawl: *fetch                   # refused

tag: no value has a YAML tag.

Why: the language has text, numbers, true, false, null, lists and mappings. A value's type is seen from how it is
written.

    bide: !!int "1"                 # refused
    bide: 1                         # fine

bad-key: a key is text, and there is some.

Why: keys are names.

    ? [a, b]                        # refused
    "": text                        # refused

bad-number: a number is as long as a computer can count.

Why: it would be another number in other programs.

    max: 9223372036854775808        # refused
    max: "9223372036854775808"      # text, if text is meant

duplicate-key: a key stands once in its mapping.

Why: one of the two would be ignored, and which depends on the reader. In `states` it would give one status two states.

    states: {done: succeeded, done: failed}      # refused
"""
