"""What lies over the studio: screens that close once, and conversations of several questions."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

Answer = TypeVar("Answer")
P = ParamSpec("P")
S = TypeVar("S", bound=Screen[Any])
Conversation = Generator[Screen[Any], Any, None]
"""Yields one screen after another, and is sent each one's result: None if it was dismissed."""


if TYPE_CHECKING:
    _Screen = Screen
else:
    _Screen = Generic  # Textual looks for styles in one base alone, and that is to be the other one


class Closable(_Screen[Answer]):
    """What a dialog adds to a screen."""

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Closes it with a result, once, and ends its workers; screens above and below stay."""
        if not self.is_active:
            return AwaitComplete()
        self.workers.cancel_node(self)
        return super().dismiss(result)


class Dialog(Closable[Answer | None], ModalScreen[Answer | None]):
    """A small window in the middle, over what the question is about."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        Vertical {
            width: 64;
            max-width: 100%;
            height: auto;
            padding: 1 2;
            background: $surface;
            border: round $accent;
        }
        OptionList, OptionList:focus { height: auto; background: $surface; border: none; }
        .mistake { color: $text-muted; width: 1fr; height: auto; }
    }
    """


def conversation(talk: Callable[Concatenate[S, P], Conversation]) -> Callable[Concatenate[S, P], None]:
    """Turns a conversation into an action: each screen opens as soon as the one before it is closed."""

    @wraps(talk)
    def start(screen: S, /, *arguments: P.args, **named: P.kwargs) -> None:
        course = talk(screen, *arguments, **named)

        def go_on(answer: Any = None) -> None:
            try:
                following = course.send(answer)
            except StopIteration:
                return
            screen.app.push_screen(following, go_on)

        go_on()

    return start
