"""The studio's keys: one list, from which bindings, key bar, help and palette are made."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding

from tui_backprop.studio.panes.views import VIEWS


class Key(NamedTuple):
    """A key, a sentence on what it does, and its text in the key bar, if any."""

    name: str
    key: str
    glyph: str
    action: str
    does: str
    bar: tuple[str, str] | None = None

    def binding(self) -> Binding:
        """The key as a binding for Textual."""
        return Binding(self.key, self.action, self.does, show=False, id=self.name, tooltip=self.does, priority=False)


KEYS = (
    Key("step", "space", "space", "step(1)", "One sample forward: to the end of the step", ("space ⌫", "step")),
    Key("back-step", "backspace", "backspace", "step(-1)", "One sample back: to the end of the previous step"),
    Key("phase", "full_stop", ".", "phase(1)", "One phase forward", (".,", "phase")),
    Key("back-phase", "comma", ",", "phase(-1)", "One phase back"),
    Key("epoch", "e", "e", "epoch(1)", "One epoch forward: to the end of the epoch", ("eE", "epoch")),
    Key("back-epoch", "E", "E", "epoch(-1)", "One epoch back: to the end of the previous one"),
    Key("play", "p", "p", "play", "Play or pause", ("p", "play")),
    Key("next-pane", "tab", "tab", "next_pane(1)", "Next pane", ("tab", "pane")),
    Key("previous-pane", "shift+tab", "shift+tab", "next_pane(-1)", "Previous pane"),
    Key(
        "until", "u", "u", "until", "Run until it converges, a gate flips, a sign changes, a unit dies …", ("u", "run")
    ),
    Key("go-to", "g", "g", "go_to", "Go to an epoch, a sample, a phase", ("g", "go")),
    Key("change", "enter", "enter", "change", "Edit the selected weight, the rate, the batch …", ("enter", "edit")),
    Key("slower", "left_square_bracket", "[", "pace(-1)", "Play slower", ("[]", "pace")),
    Key("faster", "right_square_bracket", "]", "pace(1)", "Play faster"),
    Key("set-up", "ctrl+n", "ctrl+n", "set_up", "New experiment: data, network, training", ("^n", "set up")),
    Key("save", "s", "s", "save", "Save this session under a name", ("s", "save")),
    Key("full", "f", "f", "full", "This pane full-screen, and back", ("f", "full")),
    Key("view", "v", "v", "view", "What the matrices show: value, gradient, update, net pull"),
    Key("chart", "c", "c", "chart", "The error as a chart with axes, and back; l makes its axis logarithmic"),
    *(Key(view.ID, view.KEY, view.KEY, f"toggle_view('{view.ID}')", view.OPENS) for view in VIEWS),
    Key("copy", "y", "y", "copy", "Copy the inspector's arithmetic as text"),
    Key("copy-command", "Y", "Y", "copy_command", "Copy the command line that opens this moment"),
    Key("by-hand", "w", "w", "by_hand", "Work out this step, or the next, by hand, phase by phase"),
    Key("branches", "b", "b", "branches", "Branches: go to another, or name one"),
    Key("restart", "r", "r", "restart", "Back to the start, with the same weights", ("r", "start")),
    Key("reseed", "R", "R", "reseed", "New weights from the next seed, in a new run", ("R", "new")),
    Key("stop", "escape", "escape", "stop", "Stop what is running; leave full screen or chart"),
    Key(
        "sweep",
        "S",
        "S",
        "sweep",
        "Sweep: train from many seeds at once; how many converge, which are stuck, why",
    ),
    Key("redraw", "ctrl+l", "ctrl+l", "app.redraw", "Redraw the screen"),
    Key("suspend", "ctrl+z", "ctrl+z", "app.suspend_process", "Suspend (the shell's fg resumes)"),
    Key("help", "question_mark", "?", "help", "What the panes show and what the keys do", ("?", "help")),
    Key("quit", "q", "q", "app.quit", "Quit", ("q", "quit")),
)
PANE_KEYS = (("v", "view", "view"), ("c", "chart", "chart"), ("y", "copy", "copy"))
"""Keys of single panes, shown in the panes' titles or beside their names instead of in the key bar."""


LESSON_KEYS = (
    Key("next-page", "n", "n", "turn(1)", "Next page of the lesson; puts everything back in its place", ("nN", "page")),
    Key("previous-page", "N", "N", "turn(-1)", "Previous page of the lesson"),
    Key("questions", "Q", "Q", "questions", "Lesson questions on or off"),
    Key("again", "A", "A", "again", "Start this chapter again, with every question open (press it twice)"),
)
"""Keys that exist only beside a lesson."""
SCROLL_KEYS = (
    Key("scroll-back", "pageup", "pgup", "scroll_lesson(-1)", "Scroll the lesson's page back"),
    Key("scroll-on", "pagedown", "pgdn", "scroll_lesson(1)", "Scroll the lesson's page forward"),
)
"""Those that go before a pane's own, while the lesson's page is longer than its pane."""


def bar_keys(keys: tuple[Key, ...] = KEYS) -> tuple[tuple[str, str, str], ...]:
    """(key, what it does, action) for the key bar; the last two, help and quit, are always shown."""
    return tuple((*key.bar, key.action) for key in keys if key.bar is not None)
