"""What is written beside the code: links that lead somewhere, topics, keys and options that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tui_backprop.cli.commands import VERBS, parser_of
from tui_backprop.cli.help import TOPICS, listing, text_of
from tui_backprop.core.diagnostics.verdict import TROUBLES
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import preset_names
from tui_backprop.lessons import VIEWS
from tui_backprop.studio.keys import KEYS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "tui_backprop"
PAGES = [ROOT / "README.md", *sorted(PACKAGE.glob("*/README.md"))]
COMMANDS = sorted(
    {
        command
        for page in PAGES
        for command in re.findall(r"^(?:\S*/)?tui-backprop[^\n#|<>`]*", page.read_text("utf-8"), re.MULTILINE)
    }
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_broken(page: Path) -> None:
    text = re.sub(r"````.*?````", "", page.read_text("utf-8"), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("https://") and link != "h2"]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_is_read_to_its_end() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 200


def test_every_page_beside_the_code_is_a_topic() -> None:
    assert {page.parent.name for page in PAGES[1:]} == set(TOPICS.values())
    assert all(f"tui-backprop help {topic}" in listing() for topic in TOPICS)
    assert all(text_of(folder) == text_of(topic) for topic, folder in TOPICS.items())
    with pytest.raises(BackpropError, match="did you mean lessons"):
        text_of("lesons")


def test_every_preset_and_every_key_is_documented() -> None:
    presets = (ROOT / "README.md").read_text("utf-8").split("## Presets")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([\w-]+)`", presets, re.MULTILINE) == list(preset_names())
    keys = (PACKAGE / "studio" / "README.md").read_text("utf-8").split("## Keys")[1].split("\n## ")[0]
    glyphs = {"⌫": "backspace"}
    views = set("12345678")
    missing = [
        key.glyph for key in KEYS if key.glyph not in views and f"`{glyphs.get(key.glyph, key.glyph)}`" not in keys
    ]
    assert missing == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_in_an_example_exists(command: str) -> None:
    words = command.split()[1:]
    verb = words[0] if words and words[0] in VERBS else "studio"
    known = parser_of(verb).format_help()
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []


@pytest.mark.parametrize("verb", ["studio", *VERBS])
def test_help_has_examples_and_eighty_columns(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = parser_of(verb).format_help()
    assert max(map(len, text.splitlines())) <= 80
    assert (f"  tui-backprop {verb}" in text.partition("examples:")[2]) == (verb != "studio")


def test_every_warning_of_the_first_line_is_listed_with_its_view_its_meaning_and_what_helps() -> None:
    listed = re.findall(r"^\| `⚠ (.*?)` \| (.*) \| (.*) \|$", text_of("screen"), re.MULTILINE)
    keys = {trouble.view: f" (key {VIEWS.index(trouble.view) + 1})" for trouble in TROUBLES if trouble.view}
    assert listed == [(each.word + keys.get(each.view, ""), each.means, each.helps) for each in TROUBLES]
