"""From a Markdown file to a `Lesson`. The file is data: nothing in it is run, and no control character gets through.

    +++                          front matter, in TOML
    title = "The gate"           required
    summary = "…"                a sentence for the list
    experiment = "article"       for all pages that name none
    +++
    # A page's title
    ```page                      what the studio shows beside it, in TOML; every key may be left out
    at = "1:2:mask1"
    ```
    Text, with {figures} and [words](h2) that light up in the panes.

    ```question                  or ```wait; what follows it is shown afterwards
    kind = "gate"
    unit = "h2"
    ask = "Open or shut?"
    ```

All mistakes are found in one reading, each with its line; `check` also computes every figure.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, cast, get_args

from tui_backprop.core.diagnostics.bugs import bugs_of
from tui_backprop.errors import BackpropError, perhaps
from tui_backprop.experiments import Overrides
from tui_backprop.lessons import PANES, VIEWS
from tui_backprop.lessons.curves import CURVES
from tui_backprop.lessons.keys import Keys
from tui_backprop.lessons.lesson import (
    Block,
    Lesson,
    LessonMistake,
    Page,
    Question,
    QuestionKind,
    Scene,
    Text,
    Wait,
    Words,
)
from tui_backprop.lessons.markdown import code, parse, parts
from tui_backprop.reading.disk import read_text

LARGEST = 2**18
"""The most bytes of a lesson's file."""
MOST_PAGES = 200
MOST_MISTAKES = 100
MATRICES = ("value", "gradient", "update", "pull")
KINDS = get_args(QuestionKind)
_ABOUT = {"gate": "unit", "direction": "weight", "blame": "layer", "number": "figure"}
_AT = re.compile(r"line (\d+)")
DIRECTIVES = ("page", "question", "wait", "curve", "plot", "check", "code")
PROGRAMS = ("", "text", "python", "toml", "sh")
"""Fences that are shown as they are; in `code`, comments name phases."""


def read_file(path: Path, name: str = "") -> Lesson:
    """A lesson from a file; raises the first `LessonMistake`."""
    lesson, mistakes = read(_text(path), str(path), name or path.stem, str(path.parent))
    if mistakes:
        raise mistakes[0]
    return lesson


def read_with_mistakes(path: Path) -> tuple[Lesson, list[LessonMistake]]:
    """A lesson, as far as it can be read, and all that is wrong with it."""
    return read(_text(path), str(path), path.stem, str(path.parent))


def read(text: str, source: str, name: str, folder: str = ".") -> tuple[Lesson, list[LessonMistake]]:
    """A lesson from its text, as far as it can be read, and all that is wrong with it."""
    return _Reader(text, source).read(name, folder)


def _text(path: Path) -> str:
    hint = "a chapter's number, or a Markdown file"
    try:
        return read_text(path, LARGEST, hint)
    except FileNotFoundError:
        raise BackpropError(f"{path}: no such lesson", hint) from None


@dataclass
class _Draft:
    """A page while it is read."""

    title: str
    line: int
    scene: Scene
    before: list[Block] = field(default_factory=list)
    task: Question | Wait | None = None
    after: list[Block] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        return self.before if self.task is None else self.after

    def page(self) -> Page:
        return Page(self.title, self.line, self.scene, tuple(self.before), self.task, tuple(self.after))


class _Reader:
    """Reads the lines once."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._mistakes: list[LessonMistake] = []
        self._lines = text.replace("\r\n", "\n").expandtabs(4).split("\n")
        for number, content in enumerate(self._lines, 1):
            wrong = next((c for c in content if not c.isprintable()), None)
            if wrong:
                self._mistake(number, f"the control character U+{ord(wrong):04X}", "printable text only")
                self._lines[number - 1] = "".join(c if c.isprintable() else " " for c in content)

    def _mistake(self, line: int, message: str, hint: str = "") -> None:
        if len(self._mistakes) < MOST_MISTAKES:
            self._mistakes.append(LessonMistake(self._source, line, message, hint))

    def read(self, name: str, folder: str) -> tuple[Lesson, list[LessonMistake]]:
        head, named, start = self._head()
        title, summary, experiment = (head.get(key, "") for key in ("title", "summary", "experiment"))
        pages: list[_Draft] = []
        scene = Scene(1, experiment or "article", named=named)
        for number, kind, content in parts(self._lines, start, self._mistake):
            if kind == "heading":
                pages.append(_Draft(self._title(number, content[0]), number, replace(scene, line=number)))
                if len(pages) > MOST_PAGES:
                    self._mistake(number, f"more than {MOST_PAGES} pages", "several lessons")
                    break
            elif not pages:
                self._mistake(number, "text before the first page", "# and a title begin a page")
            elif kind == "directive":
                self._directive(pages[-1], number, content)
                last = pages[-1].scene
                scene = Scene(1, last.experiment, last.overrides, named=last.named)
            elif len(pages[-1].blocks) < MOST_PAGES:
                pages[-1].blocks.append(Block(kind, number, tuple(self._text(number, text) for text in content)))
        if not pages and not self._mistakes:
            self._mistake(1, "a lesson without pages", "# and a title begin a page")
        lesson = Lesson(name, title, summary, self._source, folder, tuple(page.page() for page in pages))
        return lesson, sorted(self._mistakes, key=lambda mistake: mistake.line)

    # Lines

    def _head(self) -> tuple[dict[str, str], int, int]:
        """The front matter, the line that names the experiment, and the index of the line behind it all."""
        if not self._lines or self._lines[0].rstrip() != "+++":
            self._mistake(1, "no front matter", '+++, title = "…", +++ in the first lines')
            return {}, 0, 0
        end = next((i for i, content in enumerate(self._lines[1:], 1) if content.rstrip() == "+++"), None)
        if end is None:
            self._mistake(1, "front matter without its end", "a second line +++")
            return {}, 0, len(self._lines)
        table = self._toml(self._lines[1:end], 2)
        keys = Keys(table, self._lines[1:end], 2, self._mistake)
        head = {key: keys.line_of_text(key) for key in ("title", "summary", "experiment")}
        keys.done()
        if "title" not in table:
            self._mistake(1, "no title", 'title = "…" in the front matter')
        return head, keys.line("experiment"), end + 1

    def _text(self, line: int, text: str) -> Text:
        return parse(text, lambda message: self._mistake(line, message))

    def _title(self, line: int, text: str) -> str:
        """Plain text; figures are not computed in it."""
        return "".join(
            part.text if isinstance(part, Words) else f"{{{part.source}}}" for part in self._text(line, text)
        )

    def _toml(self, lines: list[str], first: int) -> Mapping[str, Any]:
        try:
            return tomllib.loads("\n".join(lines))
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            line = first + (int(at[1]) - 1 if at else max(0, len(lines) - 1))
            self._mistake(line, f"not valid TOML: {str(error).partition(' (at')[0]}", 'key = "value"')
        except (RecursionError, ValueError):
            self._mistake(first, "TOML that is nested too deeply or holds too large a number")
        return {}

    # Directives

    def _directive(self, page: _Draft, line: int, content: list[str]) -> None:
        kind, lines = content[0], content[1:]
        if kind == "curve":
            self._curve(page, line, lines)
            return
        if kind == "check":
            page.blocks.append(Block("check", line, ()))
            return
        if kind == "plot":
            page.blocks.append(Block("plot", line, ((Words(" ".join(lines).strip()),),)))
            return
        if kind == "code" or kind in PROGRAMS:
            rows = map(code, lines) if kind == "code" else ((Words(text),) for text in lines)
            page.blocks.append(Block("code", line, tuple(rows)))
            return
        if kind not in ("page", "question", "wait"):
            near = perhaps(kind, (*DIRECTIVES, *PROGRAMS))
            self._mistake(line, f"unknown directive {kind!r}{near}", ", ".join((*DIRECTIVES, *PROGRAMS[1:])))
            return
        count = len(self._mistakes)
        keys = Keys(self._toml(lines, line + 1), lines, line + 1, self._mistake)
        if len(self._mistakes) > count:
            return
        if kind == "page":
            if page.before or page.task:
                self._mistake(line, "`page` must come first on its page", "right under the title")
            page.scene = self._scene(page.scene, line, keys)
        elif page.task is not None:
            self._mistake(line, "a page has one question or wait", "another page for this one")
            keys.forget()
        else:
            page.task = self._question(keys, line) if kind == "question" else self._wait(keys, line)
        keys.done()

    def _curve(self, page: _Draft, line: int, lines: list[str]) -> None:
        names = " ".join(lines).split()
        for name in names:
            if name not in CURVES:
                self._mistake(line, f"no curve for {name!r}{perhaps(name, CURVES)}", ", ".join(CURVES))
        if not names:
            self._mistake(line, "a curve of what?", ", ".join(CURVES))
        page.blocks.append(Block("curve", line, tuple((Words(name),) for name in names)))

    def _scene(self, inherited: Scene, line: int, keys: Keys) -> Scene:
        experiment = keys.line_of_text("experiment")
        overrides = self._changes(keys) or (Overrides() if experiment else inherited.overrides)
        return Scene(
            line=line,
            experiment=experiment or inherited.experiment,
            overrides=overrides,
            at=keys.line_of_text("at") or "0",
            select=keys.line_of_text("select"),
            pane=keys.kept(lambda: keys.choice("pane", "", PANES), ""),
            matrices=keys.kept(lambda: keys.choice("matrices", "value", MATRICES), "value"),
            view=keys.kept(lambda: keys.choice("view", "", VIEWS), ""),
            full=keys.kept(lambda: keys.flag("full", False), False),
            bug=self._bug(keys),
            named=keys.line("experiment") if experiment else inherited.named,
        )

    def _changes(self, keys: Keys) -> Overrides | None:
        given: Mapping[str, Any] = keys.kept(lambda: keys.section("with").values, {})
        allowed = [each.name for each in fields(Overrides) if each.name != "data"]
        for wrong in given:
            if wrong not in allowed:
                keys.wrong("with", f"unknown change {wrong!r}{perhaps(wrong, allowed)}", ", ".join(allowed))
        return Overrides(**{key: value for key, value in given.items() if key in allowed}) if given else None

    def _bug(self, keys: Keys) -> str:
        text = keys.line_of_text("bug")
        try:
            if text:
                bugs_of(text)
            return text
        except BackpropError as error:
            keys.wrong("bug", error.message, error.hint)
            return ""

    def _wait(self, keys: Keys, line: int) -> Wait:
        keys.need("until")
        return Wait(line, keys.line_of_text("until"))

    def _question(self, keys: Keys, line: int) -> Question | None:
        keys.need("kind")
        kind = cast(QuestionKind, keys.kept(lambda: keys.choice("kind", "", KINDS), ""))
        if not kind:
            keys.forget()
            return None
        own = keys.kept(lambda: keys.number("answer", 0.0), 0.0) if kind == "number" and keys.has("answer") else None
        needed = kind in _ABOUT and own is None
        about = ""
        if kind == "blame":
            about = str(keys.small("layer", 1))
        elif needed:
            keys.need(_ABOUT[kind])
            about = keys.line_of_text(_ABOUT[kind])
        options = keys.lines_of_text("options") if kind == "choice" else ()
        answer = keys.small("answer", 0) if kind == "choice" else 0
        if kind == "choice" and not (2 <= len(options) <= 6 and 1 <= answer <= len(options)):
            keys.wrong("answer", "a choice needs two to six options and the number of the right one", "answer = 1")
            keys.forget()
            return None
        keys.need("ask")
        question = Question(
            line, kind, self._text(line, keys.line_of_text("ask")), about, keys.line_of_text("reveal"), options,
            answer if own is None else own,
            keys.small("decimals", 2 if own is None or own % 1 else 0), keys.line_of_text("hint"),
        )  # fmt: skip
        return question if about or not needed else None
