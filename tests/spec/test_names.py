"""Names are made in one place, and whatever is made of whatever text can stand in Python source."""

from __future__ import annotations

import ast
import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.spec import names


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("jobId", "job_id"),
        ("job_id", "job_id"),
        ("HTMLPage", "html_page"),
        ("cleanedHTML", "cleaned_html"),
        ("HTML5Page", "html5_page"),
        ("screenshotUrls", "screenshot_urls"),
        ("sourceURLs", "source_urls"),
        ("status-code", "status_code"),
        ("X-API-Key", "x_api_key"),
        ("sha256Sum", "sha256_sum"),
        ("createdAt2", "created_at2"),
        ("@type", "type"),
        ("_id", "id"),
        ("a.b c", "a_b_c"),
        ("__class__", "class_"),
        ("from", "from_"),
        ("lambda", "lambda_"),
        ("list", "list_"),
        ("type", "type"),
        ("id", "id"),
        ("match", "match"),
    ],
)
def test_fields(wire: str, name: str) -> None:
    """A JSON key becomes an attribute in snake_case, which hides nothing that its class needs."""
    assert names.field_name(wire) == name


@pytest.mark.parametrize("wire", ["", "2fa", "???", "é", "你好", "🦊", "__", "-"])
def test_nothing_to_make_a_name_of(wire: str) -> None:
    """A key without letters of ours, or with a digit in front, needs a name of the author's choice."""
    with pytest.raises(names.BadName):
        names.field_name(wire)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("queued", "QUEUED"),
        ("IN_QUEUE", "IN_QUEUE"),
        ("notFound", "NOT_FOUND"),
        ("1080p", "VALUE_1080P"),
        ("16:9", "VALUE_16_9"),
        ("", "EMPTY"),
        ("None", "NONE"),
        ("mro", "MRO"),
    ],
)
def test_members(wire: str, name: str) -> None:
    """A value of an enum becomes a constant."""
    assert names.member_name(wire) == name


def test_classes() -> None:
    """Classes are named after what they are made for."""
    assert names.pascal_case("url_scraper_batch") == "UrlScraperBatch"
    assert names.body_class("url_scraper") == "UrlScraperBody"
    assert names.event_class("extract_stream") == "ExtractStreamEvent"
    assert names.other_class("Action") == "OtherAction"
    assert names.like_class("Status") == "StatusLike"


def test_arguments() -> None:
    """An argument steps aside for one of ours."""
    assert names.argument_name("timeout") == "timeout_"
    assert names.argument_name("url") == "url"


@pytest.mark.parametrize(
    "name", ["import", "None", "_private", "__class__", "2fa", "a b", "a\n", "é", "\uff41", "a;b", "", "list", "Job"]
)
def test_chosen_names_are_checked(name: str) -> None:
    """A field's name of the author's choice is as harmless as one of ours."""
    with pytest.raises(names.BadName):
        names.chosen_field_name(name)


def test_the_keywords_are_all_here() -> None:
    """Our own list of keywords lacks none of Python's."""
    for word in keyword.kwlist:
        with pytest.raises(names.BadName):
            names.identifier(word)


MAKERS = (
    names.identifier,
    names.snake_case,
    names.pascal_case,
    names.field_name,
    names.chosen_field_name,
    names.member_name,
    names.body_class,
    names.event_class,
)


@given(st.text(max_size=30) | st.text("aB_1 -.\n\"'#;:=()é", max_size=12) | st.sampled_from(keyword.kwlist))
def test_whatever_is_made_is_a_name(text: str) -> None:
    """A name that leaves the module is one identifier and nothing else, no keyword, and has no leading underscore."""
    for make in MAKERS:
        try:
            name = make(text)
        except names.BadName:
            continue
        parsed = ast.parse(f"{name} = 1").body
        assert [type(statement) for statement in parsed] == [ast.Assign]
        assert name.isascii()
        assert name.isidentifier()
        assert not name.startswith("_")


@given(st.lists(st.from_regex("[a-z][a-z0-9]{0,5}", fullmatch=True), min_size=1, max_size=4))
def test_snake_case_stays(words: list[str]) -> None:
    """What is in snake_case already stays as it is, and what was made of it can be made again."""
    name = "_".join(words)

    assert names.snake_case(name).removesuffix("_") == name
    camel = words[0] + "".join(word.title() for word in words[1:])
    assert names.snake_case(names.snake_case(camel)) == names.snake_case(camel)
