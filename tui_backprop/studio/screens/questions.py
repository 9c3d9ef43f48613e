"""The questions that the studio asks: a line to type, or one of several things to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label, OptionList

from tui_backprop.core.run.timeline import FURTHEST
from tui_backprop.errors import BackpropError, quoted, squeezed
from tui_backprop.reading.numerals import read_number, read_whole
from tui_backprop.render.spans import width
from tui_backprop.studio.panes.options import Options
from tui_backprop.studio.screens.dialog import Answer, Dialog

_MISTAKE = 3
"""Lines for what is wrong with an answer."""


class TextQuestion(Dialog[Answer]):
    """A line to type in; the answer is what `read` returns, and its error is shown until it is corrected."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close", show=False)]

    def __init__(self, title: str, placeholder: str, read: Callable[[str], Answer]) -> None:
        super().__init__()
        self._title, self._placeholder, self._read = title, placeholder, read

    def compose(self) -> ComposeResult:
        """Title, line, mistake."""
        with Vertical():
            yield Label(self._title, markup=False)
            field = Input(placeholder=self._placeholder, select_on_focus=False)
            field.cursor_blink = False
            yield field
            yield Label("enter: confirm   escape: close", classes="mistake", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Closes with the answer, or shows what is wrong with it."""
        try:
            answer = self._read(event.value)
        except BackpropError as error:
            label = self.query_one(".mistake", Label)
            label.update(squeezed(str(error), _MISTAKE * label.size.width, width))
            return
        self.dismiss(answer)


class ChoiceQuestion(Dialog[int]):
    """One of several, by its place in the list."""

    HINT: ClassVar[str] = "↑↓ enter: choose   escape: close"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close", show=False)]

    def __init__(self, title: str, options: Sequence[str], chosen: int = 0) -> None:
        super().__init__()
        self._title, self._options, self._chosen = title, options, chosen

    def compose(self) -> ComposeResult:
        """Title and options."""
        with Vertical():
            yield Label(self._title, markup=False)
            yield Options(*self._options, markup=False)
            yield Label(self.HINT, classes="mistake", markup=False)

    def on_mount(self) -> None:
        """Highlights the option in force."""
        self.query_one(OptionList).highlighted = self._chosen

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Chosen."""
        self.dismiss(event.option_index)


class BranchQuestion(ChoiceQuestion):
    """A branch to go to, or, by `n`, to name: then the answer is −1 − its place."""

    HINT: ClassVar[str] = "↑↓ enter: go there   n: name it   escape: close"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("n", "name", "Name", show=False)]

    def action_name(self) -> None:
        """Asks for a name for the highlighted branch."""
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None:
            self.dismiss(-1 - highlighted)


def read_error(text: str) -> float:
    """A bound for the error: a finite number above 0."""
    return read_number(text, above=0, example="0.1")


def read_epochs(text: str) -> int:
    """A number of epochs."""
    return read_whole(text, 1, FURTHEST, example=100)


def read_name(text: str) -> str:
    """A short name."""
    if not 1 <= len(text.strip()) <= 30:
        raise BackpropError(f"{quoted(text)} is not a name", "1 to 30 characters")
    return text.strip()
