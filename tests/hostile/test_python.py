"""Any text of a spec stays text in every generated Python file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import black
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bide.emit.python.code import Code, comment, docstring
from bide.emit.python.layout import WIDTH, laid_out
from bide.emit.render import drafted
from bide.ir import Provider
from bide.spec.document import Json
from bide.spec.names import words
from bide.spec.shape.schema import spec_schema
from tests.hostile.places import PLACES, RICH, accepted, everywhere, filled, meaning, printed, shapes
from tests.hostile.texts import KEPT, REFUSED

MODE = black.Mode(line_length=WIDTH, target_versions={black.TargetVersion.PY311})
HARMLESS = shapes(printed(RICH))
FREE = frozenset(place for place in PLACES if place[-1] == "description")


def _keys(schema: Json) -> Iterator[tuple[str, str]]:
    """(title, key) of every mapping of the language."""
    for name, part in [("", schema), *schema["$defs"].items()]:
        yield from _inside(name, part)


def _inside(name: str, schema: Json) -> Iterator[tuple[str, str]]:
    for key, part in schema.get("properties", {}).items():
        yield name, key
        yield from _inside(key, part)


def _used(node: Json) -> Iterator[str]:
    for key, inner in node.items() if isinstance(node, dict) else ():
        yield key.removesuffix("?")
        yield from _used(inner)
    for inner in node if isinstance(node, list) else ():
        yield from _used(inner)


def test_the_rich_spec_uses_every_key() -> None:
    """The spec that is filled with hostile texts has every key of the language."""
    used = set(_used(RICH)) | {"bearer", "standard", "pair"}  # a client has one kind of auth, and one of webhooks

    assert sorted({key for _, key in _keys(spec_schema())} - used) == []


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_invisible_characters_are_refused(text: str) -> None:
    """A character that hides, moves or cuts off what comes after it is refused at every place.

    Inside an example, it is a JSON escape, and examples are printed as JSON.
    """
    places = accepted(text)

    assert {place[-1] for place in places} <= {"json"}
    assert shapes(printed(filled(text, places))) == HARMLESS


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_no_text_becomes_code(text: str) -> None:
    """At each place a text is refused, or modules differ from the harmless ones only in texts."""
    places = accepted(text)

    assert places >= FREE
    assert shapes(printed(filled(text, places))) == HARMLESS


@settings(max_examples=12, deadline=None)
@given(st.text(st.sampled_from("\"'\\{}%#\n =:;()[]<>`-_|$a\u00e9\u200d"), max_size=30) | st.text(max_size=30))
def test_no_text_at_all_becomes_code(text: str) -> None:
    """The same for any text; a quote and a blank in front keep it from being a name."""
    text = f'" {text}'

    assert shapes(printed(filled(text, accepted(text)))) == HARMLESS


@pytest.mark.parametrize("text", ['" \u6f22' * 60, 'call("a, b", [c]), ' * 9, 'it\'s "quoted" ' * 12, '" ' + "a" * 150])
def test_no_text_changes_the_layout(text: str) -> None:
    """For any text, however long, black changes nothing."""
    modules = printed(filled(text, accepted(text)))
    laid = {name: laid_out(module) for name, module in modules.items() if name.endswith(".py")}

    assert [name for name, module in laid.items() if black.format_str(module, mode=MODE) != module] == []


PROVIDER = meaning(RICH)
FILE_NAMES = [
    "coding=utf-7.yaml",
    "coding:utf-16",
    "-*- coding: latin-1 -*-",
    "a\nimport os\n",
    f"{'long ' * 20}coding=utf-7",
    '"""',
    "\\",
    "\u202e.yaml",
    "{{ x }}.yaml",
]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_no_file_name_becomes_code(name: str) -> None:
    """The name of a spec's file is a comment, and never sets the encoding."""
    assert isinstance(PROVIDER, Provider)

    assert shapes(drafted(replace(PROVIDER, spec_file=name))) == HARMLESS


PATTERNED = {
    "base_url": ["https://a.example/'%22()*;$&", "http://[::1]:8080/~!"],
    "docs": ["https://a.example/?a='b'&c=(d)#[e]*", "https://a.example/%22%3E%3Cscript%3E"],
    "auth/0/one_of/0/header": ["'", "`", "#", "$%&'*+.^_`|~-", "!"],
    "headers/X-Api-Version": ['"', "\\", "{x}", "#}", "'; import os", '"""'],
    "request_id/header": ["'", "|", "`"],
    "hosts/0": ["xn--e1afmkfd.example", "a.b-c.d"],
    "sources/page-key/url": ["https://a.example/)[x](y", "https://a.example/'''"],
    "errors/0/code": ['"""', "\\", "{{x}}.'", "__class__.__init__"],
    "operations/search/post": ["/'", "/a(b)*c;d=$e&f,g!~", "/%22%0A%00", "/..a"],
    "operations/change/put": ["/'{id}'", "/{id}${id2", "/a;{id}=()"],
    "jobs/fetch/submit/idempotency_key/header": ["'", "`a`", "#"],
    "lifecycles/job/poll/get": ["/'{job_id}'", "/{job_id}();"],
    "lifecycles/job/poll_many/ids/query": ['"', "\\", "'''", "{x}", "\U0001f98a"],
    "lifecycles/job/poll_many/list": ['"', "\\", "'''", "__class__", "../x"],
}


@pytest.mark.parametrize(("where", "text"), [(where, text) for where, each in PATTERNED.items() for text in each])
def test_texts_that_match_a_pattern_stay_text(where: str, text: str) -> None:
    """The same for valid URLs, paths, headers and pointers."""
    place = tuple(int(step) if step.isdigit() else step for step in where.split("/"))
    data = filled(text, [place])
    assert data != RICH

    if isinstance(meaning(data), Provider):
        assert shapes(printed(data)) == HARMLESS


WORDS = (
    *("queued", "done!", "left hand", "right hand", "type tag", "click tag", "progress event", "complete event"),
    *("free-key", "second-key", "ids-list", "default key"),
)


@pytest.mark.parametrize(
    "text", ['"', '"""', "'", "\\", '\\"', "{{x}}", "{0.__class__}", "#}", "../../x", "\U0001f98a", "`|"]
)
def test_no_word_becomes_code(text: str) -> None:
    """A status, an enum value, a discriminator or an event stays text in all places that use it."""
    data = twin = RICH
    for number, word in enumerate(WORDS):
        data = everywhere(word, f"{text}{number}", data)
        # The same words give the same names; the sign in front makes the text differ from its Python name too.
        twin = everywhere(word, f"-{'-'.join(words(f'{text}{number}'))}", twin)

    assert shapes(printed(data)) == shapes(printed(twin))


@given(st.text() | st.text(st.sampled_from("a\"'\\ \n\t#é"), max_size=12) | st.sampled_from(["# fmt: off", "a" * 130]))
@example('"')
@example('"""')
@example("a\\")
@example('\\"')
@example("a\n\n    b\n")
@example("# fmt: skip")
@example("0\r\x1f")
def test_black_leaves_texts_alone(text: str) -> None:
    """Printed texts are laid out already, so that no layout can change them into code."""
    module = f"class A:\n    {docstring(text, indent=4)}\n\n    x = 1  {comment('a')}\n    {comment(text, indent=4)}\n"

    assert black.format_str(laid_out(module), mode=MODE) == module
    assert isinstance(docstring(text), Code)
