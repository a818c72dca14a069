"""The bar of `bide generate`, in a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.runtime.apps.cli.terminal import Terminal

SPECS = Path(__file__).parents[2] / "specs"


def test_several_specs_have_a_bar_in_a_terminal(tmp_path: Path) -> None:
    """It names the spec whose package is made."""
    given = [str(SPECS / f"{name}.yaml") for name in ("knowledgesdk", "scrapio")]
    with Terminal(["-m", "bide", "generate", *given, "--out", str(tmp_path)], {}) as terminal:
        assert terminal.code() == 0

    assert "generating" in terminal.text
    assert "50%  scrapio" in terminal.text
    assert "scrapio: 24 added" in terminal.text


def test_one_spec_has_none(tmp_path: Path) -> None:
    """It is done before anybody looks."""
    with Terminal(["-m", "bide", "generate", str(SPECS / "scrapio.yaml"), "--out", str(tmp_path)], {}) as terminal:
        assert terminal.code() == 0

    assert "generating" not in terminal.text
