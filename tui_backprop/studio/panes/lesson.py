"""The lesson beside the studio: a page of text, and its question."""

from __future__ import annotations

from textual.events import Key
from textual.message import Message
from textual.reactive import reactive

from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.answers import EXAMPLE, begins_number, read_answer
from tui_backprop.lessons.computed_page import Prompt
from tui_backprop.render.lesson import PageView, page_lines
from tui_backprop.render.spans import Line, Span, line, pad
from tui_backprop.studio.panes.pane import Pane

LONGEST = 24
"""The most characters of a typed number."""
TURNING = "nN?qQ"
"""Keys that never become part of what is typed."""
_USUAL = TURNING + "Af"
"""Letters that do what they always do while the lesson waits for an answer."""


def is_answer(key: str) -> bool:
    """Whether a key is a letter that is part of an answer, perhaps of a wrong one such as "none"."""
    return len(key) == 1 and key.isalpha() and key not in _USUAL


class LessonPane(Pane):
    """What is there to see, and why?"""

    TITLE = "Lesson"
    ANSWERS = (
        "A page of the guided story. n turns to the next page and puts everything back in its place, N to the one "
        "before. Page up and page down scroll a page that is longer than its pane. While a question is open, letters "
        "or arrows choose an option, digits type a number, and enter answers; tab leaves the question for the panes, "
        "where all keys step again, and comes back to it after the last of them. After a mistake there is a hint and "
        "a second try; then enter turns the page. After Q, questions do not wait for an answer. A pressed twice "
        "begins the chapter again. Words that are underlined here are underlined in the panes, too."
    )
    DEFAULT_CSS = """
    LessonPane { padding: 0 1; }
    """

    page: reactive[PageView | None] = reactive(None, repaint=False)
    chosen: reactive[int] = reactive(-1, repaint=False)
    """The option that `enter` answers with; −1 until one is chosen, so that an `enter` too many answers nothing.

    A letter only chooses: if it answered, `enter` after it would turn the page before the verdict has been read.
    """
    typed: reactive[str] = reactive("", repaint=False)
    top: reactive[int] = reactive(0, repaint=False)
    """The first line in sight."""

    class Answered(Message):
        """The learner answered: the place of an option as shown, or a number."""

        def __init__(self, given: float) -> None:
            self.given = given
            super().__init__()

    class Refused(Message):
        """What was typed is not an answer."""

        def __init__(self, mistake: str) -> None:
            self.mistake = mistake
            super().__init__()

    def watch_page(self, page: PageView | None) -> None:
        """Shows another page, or another half of the same one."""
        self.set_reactive(LessonPane.chosen, -1)
        self.set_reactive(LessonPane.typed, "")
        self.set_reactive(LessonPane.top, self._focus_top())
        if page is not None:
            number = f"{page.chapter} · " if page.chapter else ""
            title = f"{number}{page.heading}  {page.where}"
            self.set_title(f"Chapter {title}" if number else title, title, f"{number}{page.where}  {page.heading}")
            self.border_subtitle = page.score or None
        self.repaint()

    def watch_chosen(self) -> None:
        """Scrolls to the last lines, where the chosen option is."""
        self.top = max(0, len(self._all()[0]) - self._room)
        self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:
        """Repaints: keys now reach the question, or no longer do."""
        super().watch_has_focus(has_focus)
        self.repaint()

    def watch_typed(self) -> None:
        """Keeps the typed number in sight."""
        self.watch_chosen()

    def watch_top(self) -> None:
        """Scrolled."""
        self.repaint()

    @property
    def question(self) -> Prompt | None:
        """The question waiting for an answer, if there is one."""
        return self.page.prompt if self.page is not None and self.page.open else None

    @property
    def longer(self) -> bool:
        """Whether the page is longer than the pane."""
        return len(self._all()[0]) > self._room

    @property
    def more(self) -> bool:
        """Whether the page goes on below what is in sight."""
        return self.top + self._room < len(self._all()[0])

    def scroll_on(self, by: int = 1) -> None:
        """Scrolls to the next lines, or to those before."""
        top = self.top + by * max(1, self._room - 1)
        self.top = min(max(0, top), max(0, len(self._all()[0]) - self._room))

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The page, from the first line in sight on; the last line names the keys."""
        if self.page is None:
            return []
        lines, question = self._all()
        room = max(1, rows - 1)
        top = min(max(0, self.top), max(0, len(lines) - room))
        shown = lines[top : top + room]
        asked, hint = self.question, self.page.hint
        if top + room < len(lines):
            hint = "n: more answers" if asked and asked.options and question < top + room else "n: more"
        elif asked and not self.has_focus:
            hint = "tab: panes, then the question"
        above = Span("pgup: back  ", "accent") if top else Span("")
        return [*shown, *[()] * (room - len(shown)), line(*pad(line(above, Span(hint, "accent")), columns))]

    def on_key(self, event: Key) -> None:
        """While a question is open and the lesson has the focus, keys answer it; other keys work as usual."""
        if self.question is None:
            if event.key == "enter":  # one press too many, or meant for the next page: not for the studio
                self.post_message(self.Chosen("turn(1)"))
                event.stop()
                event.prevent_default()
            return
        choices = len(self.question.options)
        character = (event.character or "") if event.is_printable else ""
        taken = self._option_key(event.key, character, choices) if choices else self._number_key(event.key, character)
        if not taken and character and (is_answer(character) or event.key not in self.screen.active_bindings):
            wanted = f"a to {chr(96 + choices)}" if choices else f"a number, e.g. {EXAMPLE}"
            self.post_message(self.Refused(f"{character!r} is not an answer here: {wanted}."))
            taken = True
        if taken:
            event.stop()
            event.prevent_default()

    def _option_key(self, key: str, character: str, choices: int) -> bool:
        """Whether a key was for the options."""
        letter = len(character) == 1 and 0 <= ord(character) - 97 < choices
        if letter:
            self.chosen = ord(character) - 97
        elif key != "enter":
            return False
        elif self.more:
            self.top = len(self._all()[0]) - self._room
        elif self.chosen < 0:
            self.post_message(self.Refused(f"Choose an answer first: a to {chr(96 + choices)}, or the arrows."))
        else:
            self.post_message(self.Answered(self.chosen))
        return True

    def _number_key(self, key: str, character: str) -> bool:
        """Whether a key was for the number being typed: once it is begun, any printable character is part of it."""
        if begins_number(character) or (self.typed and character and character not in TURNING):
            self.typed += character if len(self.typed) < LONGEST else ""
        elif key == "backspace" and self.typed:
            self.typed = self.typed[:-1]
        elif key == "escape" and self.typed:
            self.typed = ""
        elif key == "enter":
            try:
                self.post_message(self.Answered(read_answer(self.typed)))
            except BackpropError as error:
                self.post_message(self.Refused(str(error)))
        else:
            return False
        return True

    def action_move(self, right: int, down: int) -> None:
        """Chooses another option, or scrolls."""
        if self.question is not None and self.question.options:
            move = down or right
            self.chosen = (max(self.chosen, 0 if move < 0 else -1) + move) % len(self.question.options)
            return
        self.top = min(max(0, self.top + down), max(0, len(self._all()[0]) - self._room))

    @property
    def _room(self) -> int:
        return max(1, self.size.height - 1)

    def _all(self) -> tuple[list[Line], int]:
        if self.page is None:
            return [], 0
        typed = self.typed + "_" * self.has_focus
        return page_lines(self.page, self.chosen, typed, max(10, self.size.width), self.moment)

    def _focus_top(self) -> int:
        lines, focus = self._all()
        if self.page is not None and self.page.open and self.page.verdict:
            return max(0, len(lines) - self._room)  # the hint and the options
        if self.page is not None and self.page.verdict and len(lines) > self._room:
            return min(focus + 1, max(0, len(lines) - 1))
        return 0
