"""Python names made from texts: every name is valid."""

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
    """A JSON key becomes an attribute in snake_case that hides nothing of its class."""
    assert names.field_name(wire) == name


@pytest.mark.parametrize("wire", ["", "2fa", "???", "é", "你好", "🦊", "__", "-"])
def test_a_key_without_a_valid_name(wire: str) -> None:
    """A key without Latin letters, or with a leading digit, needs a name in the spec."""
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
    """An enum value becomes a constant."""
    assert names.member_name(wire) == name


def test_classes() -> None:
    """Classes have the names of their purpose."""
    assert names.pascal_case("url_scraper_batch") == "UrlScraperBatch"
    assert names.body_class("url_scraper") == "UrlScraperBody"
    assert names.event_class("extract_stream") == "ExtractStreamEvent"
    assert names.other_class("Action") == "OtherAction"
    assert names.like_class("Status") == "StatusLike"


def test_arguments() -> None:
    """An argument with the name of one of ours is renamed."""
    assert names.argument_name("timeout") == "timeout_"
    assert names.argument_name("url") == "url"


@pytest.mark.parametrize(
    "name", ["import", "None", "_private", "__class__", "2fa", "a b", "a\n", "é", "\uff41", "a;b", "", "list", "Job"]
)
def test_chosen_names_are_checked(name: str) -> None:
    """A name in the spec must be as safe as a generated one."""
    with pytest.raises(names.BadName):
        names.chosen_field_name(name)


def test_the_list_of_keywords_is_complete() -> None:
    """It has all of Python's."""
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
def test_every_name_is_an_identifier(text: str) -> None:
    """It is no keyword, and has no leading underscore."""
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
    """A snake_case name is unchanged, and a generated name gives itself."""
    name = "_".join(words)

    assert names.snake_case(name).removesuffix("_") == name
    camel = words[0] + "".join(word.title() for word in words[1:])
    assert names.snake_case(names.snake_case(camel)) == names.snake_case(camel)
