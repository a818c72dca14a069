"""Classes of the package: enums, models and unions.

enum-value-added (addition): an enum has a new value.

Hits: new version.

Why: it has a member of its own. Older versions keep the value as it is, so they are fine.

    # old
    enums: {Size: {values: {small: Small.}}}
    models: {Hits: {fields: {size?: Size}}}

    # new
    enums: {Size: {values: {small: Small., large: Large.}}}
    models: {Hits: {fields: {size?: Size}}}

Says: enum "Size": the value "large" is new

enum-value-removed (breaking): a value of an enum is gone.

Hits: new version.

Why: code that names the member raises `AttributeError`. Replies with the value are still read.

Way out: keep the value, with a description that it is not sent any more.

    # old
    enums: {Size: {values: {small: Small., large: Large.}}}
    models: {Hits: {fields: {size?: Size}}}

    # new
    enums: {Size: {values: {small: Small.}}}
    models: {Hits: {fields: {size?: Size}}}

Says: enum "Size": the value "large" is gone; code that names its member fails

enum-member-renamed (breaking): the member of a value has another name in Python.

Hits: new version.

Why: code that names the member raises `AttributeError`.

Way out: keep the old name with `name:`.

    # old
    enums: {Size: {values: {"1:2": {description: Small., name: SMALL}}}}
    models: {Hits: {fields: {size?: Size}}}

    # new
    enums: {Size: {values: {"1:2": {description: Small., name: TINY}}}}
    models: {Hits: {fields: {size?: Size}}}

Says: enum "Size": the member of "1:2" was "SMALL" and is "TINY"

enum-changed (breaking): an enum compares or sends its values in another way.

Hits: new version.

Why: with other case, or as numbers in place of text, its values are other ones.

    # old
    enums: {Size: {values: {small: Small.}}}
    models: {Hits: {fields: {size?: Size}}}

    # new
    enums: {Size: {ignore_case: true, values: {small: Small.}}}
    models: {Hits: {fields: {size?: Size}}}

Says: enum "Size": `ignore_case` was false and is true

variant-added (addition): a union has a new variant.

Hits: new version.

Why: it has a class of its own. Older versions keep such a value as it is.

    # old
    unions: {Step: {discriminator: kind, variants: {job: Page}}}
    models: {Hits: {fields: {step?: Step}}, Click: {fields: {at: string}}, Lot: {fields: {click?: Click}}}
    operations: {lot: {get: /lot, returns: Lot}}

    # new
    unions: {Step: {discriminator: kind, variants: {job: Page, click: Click}}}
    models: {Hits: {fields: {step?: Step}}, Click: {fields: {at: string}}, Lot: {fields: {click?: Click}}}
    operations: {lot: {get: /lot, returns: Lot}}

Says: union "Step": the variant "click" is new

variant-removed (breaking): a variant of a union is gone, or another model.

Hits: new version.

Why: code that tells it apart by its class does not see it any more.

    # old
    unions: {Step: {discriminator: kind, variants: {job: Page, hits: Urls}}}
    models: {Hits: {fields: {step?: Step}}, Urls: {fields: {at: string}}, Lot: {fields: {at?: Urls}}}
    operations: {lot: {get: /lot, returns: Lot}}

    # new
    unions: {Step: {discriminator: kind, variants: {job: Page}}}
    models: {Hits: {fields: {step?: Step}}, Urls: {fields: {at: string}}, Lot: {fields: {at?: Urls}}}
    operations: {lot: {get: /lot, returns: Lot}}

Says: union "Step": the variant "hits" is gone

discriminator-changed (breaking): a union tells its variants apart in another way.

Hits: new version, older versions.

Why: if the provider has changed, older versions do not know its variants.

Way out: publish soon if the provider has changed.

    # old
    unions: {Step: {discriminator: kind, variants: {job: Page}}}
    models: {Hits: {fields: {step?: Step}}}

    # new
    unions: {Step: {discriminator: sort, variants: {job: Page}}}
    models: {Hits: {fields: {step?: Step}}}

Says: union "Step": `tag_field` was "kind" and is "sort"

class-added (addition): there is a new class.

Hits: new version.

Why: it can be used.

    # old
    models: {}

    # new
    models: {Note: {fields: {text: string}}}

Says: the model "Note" is new

class-removed (breaking): a class is gone.

Hits: new version.

Why: code that imports it fails.

    # old
    models: {Note: {fields: {text: string}}}

    # new
    models: {}

Says: the model "Note" is gone

class-renamed (breaking): a class has another name.

Hits: new version.

Why: code that imports it fails. Nothing else changes: requests and replies are the same.

Way out: keep the name.

    # old
    models: {Note: {fields: {text: string}}}

    # new
    models: {Remark: {fields: {text: string}}}

Says: the model "Note" is called "Remark" now

envelope-changed (breaking): a model is in another envelope.

Hits: older versions.

Why: the new version reads replies with and without it. If the provider has changed, older versions cannot read them.

Way out: publish soon if the provider has changed.

    # old
    models: {Hits: {fields: {}}}

    # new
    models: {Hits: {envelope: data, fields: {}}}

Says: model "Hits": `envelope` was nothing and is "data"
"""

from __future__ import annotations

from collections.abc import Iterator

from bide.differ.differences import Difference, Kind
from bide.differ.said import Judge, Said, owner, shown
from bide.differ.version import Pair


def _class(found: Difference, pair: Pair) -> Iterator[Said]:
    kind = found.path[0].removesuffix("s")
    if found.kind is Kind.ADDED:
        yield Said("class-added", f'the {kind} "{found.path[1]}" is new')
    elif found.kind is Kind.REMOVED:
        yield Said("class-removed", f'the {kind} "{found.path[1]}" is gone')
    elif found.kind is Kind.RENAMED:
        yield Said("class-renamed", f'the {kind} "{found.old}" is called "{found.new}" now')


def _value(found: Difference, pair: Pair) -> Iterator[Said]:
    what = f'the value "{found.path[3]}"'
    if found.kind is Kind.ADDED:
        yield Said("enum-value-added", f"{owner(found.path)}: {what} is new")
    elif found.kind is Kind.REMOVED:
        yield Said("enum-value-removed", f"{owner(found.path)}: {what} is gone; code that names its member fails")


def _member(found: Difference, pair: Pair) -> Iterator[Said]:
    message = f'the member of "{found.path[3]}" was "{found.old}" and is "{found.new}"'
    yield Said("enum-member-renamed", f"{owner(found.path)}: {message}")


def _variant(found: Difference, pair: Pair) -> Iterator[Said]:
    what = f'{owner(found.path)}: the variant "{found.path[3]}"'
    if found.kind is Kind.ADDED:
        yield Said("variant-added", f"{what} is new")
    elif found.kind is Kind.REMOVED:
        yield Said("variant-removed", f"{what} is gone")
    else:
        yield Said("variant-removed", f"{what} was {shown(found.old)} and is {shown(found.new)}")


def _order(found: Difference, pair: Pair) -> Iterator[Said]:
    if any(each.by_shape for each in pair.new.provider.unions if each.name == found.path[1]):
        yield Said(
            "discriminator-changed", f"{owner(found.path)}: the first variant that fits is chosen in another order"
        )


def _attribute(code: str) -> Judge:
    def judge(found: Difference, pair: Pair) -> Iterator[Said]:
        what = ".".join(found.path[2:])
        yield Said(code, f"{owner(found.path)}: `{what}` was {shown(found.old)} and is {shown(found.new)}")

    return judge


RULES = {
    ("models", "*"): _class,
    ("enums", "*"): _class,
    ("unions", "*"): _class,
    ("enums", "*", "values", "*"): _value,
    ("enums", "*", "values", "*", "name"): _member,
    ("enums", "*", "ignore_case"): _attribute("enum-changed"),
    ("enums", "*", "is_numeric"): _attribute("enum-changed"),
    ("unions", "*", "variants", "*"): _variant,
    ("unions", "*", "variants"): _order,
    ("unions", "*", "tag_field"): _attribute("discriminator-changed"),
    ("unions", "*", "by_shape"): _attribute("discriminator-changed"),
    ("models", "*", "envelope"): _attribute("envelope-changed"),
}
