"""A lesson as data: pages of text beside a moment of the studio, with questions and conditions. It runs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides


class LessonMistake(BackpropError):  # noqa: N818  # an author's mistake, no error of the program's
    """A mistake in a lesson's file, with its line."""

    def __init__(self, source: str, line: int, message: str, hint: str) -> None:
        self.line = line
        super().__init__(f"{source}: line {line}: {message}", hint)


@dataclass(frozen=True)
class Words:
    """A piece of text; `thing` is what it refers to on the screen, if anything."""

    text: str
    strong: bool = False
    thing: str = ""


@dataclass(frozen=True)
class FigureText:
    """A number, or several, to be computed from the moment: `delta y`, `W1[x1→h1] @ 1:0`."""

    source: str
    strong: bool = False
    thing: str = ""


Inline = Words | FigureText
Text = tuple[Inline, ...]


BlockKind = Literal["paragraph", "item", "row", "curve", "plot", "code", "check"]


@dataclass(frozen=True)
class Block:
    """A paragraph, an item of a list (its mark and its text), or a row of a table; `line` is where it stands."""

    kind: BlockKind
    line: int
    cells: tuple[Text, ...]


@dataclass(frozen=True)
class Scene:
    """What the studio shows beside a page.

    `experiment` is a preset's name or a file, `named` in that line, and changed by `overrides`; `at` a place such as
    `1:0:mask1`; `select` a weight, bias or unit; `pane` comes into sight; `matrices` is what they show; `view` opens
    over the panes; `full` gives pane or view the room of all;
    `bug` names the mistakes that its gradient makes, or `none` where that is asked.
    """

    line: int
    experiment: str
    overrides: Overrides = field(default_factory=Overrides)
    at: str = "0"
    select: str = ""
    pane: str = ""
    matrices: str = "value"
    view: str = ""
    full: bool = False
    bug: str = ""
    named: int = 0


QuestionKind = Literal["gate", "direction", "blame", "number", "choice", "bug"]


@dataclass(frozen=True)
class Question:
    """Asked at the page's moment, judged by the trace at `reveal`.

    `kind` says how: see `questions`. `about` is the unit, weight, layer or figure asked about, empty for a number of
    the author's, `answer`; `hint` is what the
    author says after a first wrong answer.
    """

    line: int
    kind: QuestionKind
    ask: Text
    about: str = ""
    reveal: str = ""
    options: tuple[str, ...] = ()
    answer: float = 0
    decimals: int = 2
    hint: str = ""


@dataclass(frozen=True)
class Wait:
    """The page goes on when `until` holds."""

    line: int
    until: str


@dataclass(frozen=True)
class Page:
    """One page: what is said `before` the question or the condition, and what `after` it."""

    title: str
    line: int
    scene: Scene
    before: tuple[Block, ...]
    task: Question | Wait | None = None
    after: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Lesson:
    """A chapter: its pages in order. `source` is the file's name, for mistakes; `folder` where its files are."""

    name: str
    title: str
    summary: str
    source: str
    folder: str
    pages: tuple[Page, ...]
