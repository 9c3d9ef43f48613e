"""The chapters that ship, in order."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from pathlib import Path

from tui_backprop.errors import BackpropError
from tui_backprop.lessons.lesson import Lesson
from tui_backprop.lessons.reader import read, read_file
from tui_backprop.reading.disk import absolute
from tui_backprop.reading.numerals import whole_of


def chapter_names() -> list[str]:
    """`01-no-direction`, `02-…`: the files' names without their ending."""
    return sorted(path.name.removesuffix(".md") for path in _chapters().iterdir() if path.name.endswith(".md"))


def chapter_number(name: str) -> int | None:
    """The number of the chapter of this name, from 1; None for a lesson of the user's own."""
    names = chapter_names()
    return names.index(name) + 1 if name in names else None


@lru_cache(maxsize=32)
def chapter(name: str) -> Lesson:
    """A chapter by its name."""
    text = _chapters().joinpath(f"{name}.md").read_text("utf-8")
    lesson, mistakes = read(text, f"{name}.md", name, str(_chapters()))
    if mistakes:
        raise mistakes[0]
    return lesson


def chapters() -> list[tuple[str, Lesson]]:
    """Every chapter with its name, in order."""
    return [(name, chapter(name)) for name in chapter_names()]


def find(text: str) -> Lesson:
    """A chapter by its number or name, or a file by its path."""
    names = chapter_names()
    number = whole_of(text)
    if number is not None:
        if not 1 <= number <= len(names):
            raise BackpropError(f"no chapter {number}", f"1 to {len(names)}, see learn --list")
        return chapter(names[number - 1])
    if text in names:
        return chapter(text)
    return read_file(Path(text), str(absolute(Path(text))))


def template() -> str:
    """A small lesson to start your own from."""
    return resources.files("tui_backprop.lessons").joinpath("template.md").read_text("utf-8")


def _chapters() -> resources.abc.Traversable:
    return resources.files("tui_backprop.lessons") / "chapters"
