"""Set-up: a form that makes an experiment, and shows the file and the command that stand for it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.events import DescendantFocus, Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from tui_backprop.core.experiment import Experiment
from tui_backprop.errors import BackpropError, one_line
from tui_backprop.experiments.column_uses import OF_TEXTS
from tui_backprop.experiments.command import command_of
from tui_backprop.experiments.csv_cache import CsvCache, NotLoaded
from tui_backprop.experiments.draft import Draft, draft_of, from_preset
from tui_backprop.experiments.fields import CSV, FIELDS, OF_FILE, TYPED
from tui_backprop.reading.disk import typed_path, unwritable
from tui_backprop.render.spans import safe, width
from tui_backprop.sessions.files import write_new
from tui_backprop.studio.panes.choice import Choice
from tui_backprop.studio.screens.columns import Columns
from tui_backprop.studio.screens.dialog import Closable, Conversation, conversation
from tui_backprop.studio.screens.draft_form import DraftForm
from tui_backprop.studio.screens.draft_reading import Reading, read
from tui_backprop.studio.screens.grid import Fields
from tui_backprop.studio.screens.questions import TextQuestion
from tui_backprop.studio.screens.typing_in import samples_grid, weights_grid, with_samples, with_weights

ROOMY = 76
"""From this many columns on, the experiment file is shown beside the fields."""
FRAMED = (112, 34)
"""From this size on, the form has a frame."""
_SUITED = frozenset({"data", "target", "columns", *OF_FILE})
"""Fields that determine the output, the loss and the scaling."""
_NEWS = 5000
"""Rows of a file between two reports of progress."""


class SetupScreen(Closable[Experiment | None], ModalScreen[Experiment | None]):
    """A form over the studio; its result is the experiment to open.

    Without `files`, as in a kiosk, it neither reads nor writes any, shows no path, and bounds sizes.
    """

    DEFAULT_CSS = """
    SetupScreen {
        align: center middle;
        background: $background 60%;
        #setup {
            width: 100%;
            max-width: 110;
            height: 100%;
            max-height: 32;
            background: $surface;
            padding: 0 1;
        }
        #sides { layout: horizontal; height: 1fr; }
        #toml {
            width: 1fr;
            height: 100%;
            text-wrap: nowrap;
            text-overflow: ellipsis;
            padding-left: 1;
            border-left: solid $panel;
            color: $foreground-muted;
        }
        #about { height: 1; color: $foreground-muted; }
        #mistake { height: 2; }
        #mistake.-wrong { color: $text-error; }
        #command { height: 1; color: $accent; }
        #keys { height: 1; color: $foreground-muted; }
        &.-thin #toml { display: none; }
        &.-thin DraftForm { width: 1fr; }
        &.-framed #setup { max-width: 112; max-height: 34; border: round $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False),
        Binding("up,shift+tab", "go(-1)", "Up", show=False, priority=True),
        Binding("down,tab", "go(1)", "Down", show=False, priority=True),
        Binding("left", "turn(-1)", "Previous", show=False, priority=True),  # at once: it may decide where down leads
        Binding("right", "turn(1)", "Next", show=False, priority=True),
        Binding("enter", "open", "Open", show=False),
        Binding("ctrl+s", "save", "Save", show=False),
        Binding("f2", "classes", "Classes", show=False, priority=True),
        Binding("f3", "columns", "Columns", show=False, priority=True),
        Binding("f4", "weights", "Weights", show=False, priority=True),
        Binding("f5", "samples", "Samples", show=False, priority=True),
    ]

    class RowsRead(Message):
        """This many rows of the file have been read."""

        def __init__(self, rows: int) -> None:
            super().__init__()
            self.rows = rows

    class Finished(Message):
        """The file has been read, with this result."""

        def __init__(self, asked: Draft, reading: Reading) -> None:
            super().__init__()
            self.asked, self.reading = asked, reading

    def __init__(self, experiment: Experiment, files: bool = True) -> None:
        """Starts from `experiment`, or the nearest draft to it."""
        super().__init__()
        self._files = files
        draft = draft_of(experiment)
        draft = draft if files or draft.data != CSV else from_preset(draft.preset)
        self._form = DraftForm(draft, files, self._choose)
        self._csv_cache = CsvCache()
        self._reading = self._latest = Reading(draft)  # the latest that gave an experiment
        self._asked: Draft | None = None
        self._opens = False

    @property
    def _draft(self) -> Draft:
        return self._reading.draft

    def compose(self) -> ComposeResult:
        """Fields, file, what the field is about, mistake, command, keys."""
        with Container(id="setup"):
            with Container(id="sides"):
                yield self._form
                yield Static(id="toml", markup=False)
            yield Static(id="about", markup=False)
            yield Static(id="mistake", markup=False)
            yield Static(id="command", markup=False)
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Shows what it starts with."""
        self._show(self._reading)

    def on_resize(self, event: Resize) -> None:
        """Shows the experiment file beside the fields if there is room, and the keys that there is room for."""
        self.set_class(event.size.width < ROOMY, "-thin")
        self.set_class(event.size.width >= FRAMED[0] and event.size.height >= FRAMED[1], "-framed")
        self._put("keys", self._keys())
        if self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Says what the field is about."""
        self._put("about", FIELDS[str(event.widget.id)].about)

    @on(Input.Changed)
    def _absorb_soon(self) -> None:
        """Reads what has been typed after the next refresh, so that fast typing is read once."""
        self.call_after_refresh(self._absorb)

    def _absorb(self) -> None:
        """Takes over what has been typed, and shows what it amounts to."""
        if not self.is_attached:  # closed before the next refresh
            return
        before = self._draft
        for name, text in self._form.typed.items():
            if text != getattr(before, name):
                self._change(name, text)
        if self._draft is not before:
            self._show(self._reading)

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Opens the experiment, for enter in a field."""
        self.action_open()

    def _choose(self, name: str, value: str) -> None:
        self._absorb()
        self._change(name, value)
        self._show(self._reading)

    def _change(self, name: str, text: str) -> None:
        self._opens = False
        draft = self._draft.changed(name, text)
        self._reading = Reading(draft, unsuited=draft.data == CSV and (self._reading.unsuited or name in _SUITED))

    def _show(self, reading: Reading) -> None:
        """Reads the draft: at once, unless a large file has to be read first."""
        try:
            reading = read(reading.draft, reading.unsuited, self._files, self._csv_cache.open_if_small, self._latest)
        except NotLoaded:
            if self._asked is None or self._asked.data_fields != reading.draft.data_fields:
                self._asked = reading.draft
                self._read_file(reading.draft, reading.unsuited, self._latest)
        else:
            self._asked = None
            self.workers.cancel_group(self, "file")
        self._adopt(reading)

    @work(thread=True, exclusive=True, group="file")
    def _read_file(self, draft: Draft, unsuited: bool, before: Reading) -> None:
        """Reads the draft in a thread of its own, for as long as it takes."""
        worker = get_current_worker()

        def watch(rows: int) -> None:
            if worker.is_cancelled:  # other fields, or the screen is closed
                raise NotLoaded
            if rows % _NEWS == 0:
                self.post_message(self.RowsRead(rows))

        try:
            reading = read(draft, unsuited, self._files, self._csv_cache.open_blocking(watch), before)
        except NotLoaded:
            return
        self.post_message(self.Finished(draft, reading))

    def on_setup_screen_rows_read(self, event: RowsRead) -> None:
        """Shows how far the file has been read."""
        if self._asked is not None:
            self._tell_progress(event.rows)

    def _tell_progress(self, rows: int) -> None:
        then = "; it opens once it is read" if self._opens else ""
        self._tell(f"… reading {safe(Path(self._draft.file).name)}: {rows:,} rows{then}", False)

    def on_setup_screen_finished(self, event: Finished) -> None:
        """Shows the result. A draft that has changed since is read again: quickly, as the file has been read."""
        if event.asked != self._asked:
            return
        self._asked = None
        if event.asked == self._draft:
            self._adopt(event.reading)
        else:
            self._show(self._reading)
        if self._opens:
            self.action_open()

    def _adopt(self, reading: Reading) -> None:
        """Shows every field of the draft, and what the reader of experiment files says about it."""
        self._reading = reading
        if reading.experiment is not None:
            self._latest = reading
        self._form.show(reading.draft, reading.wrong)
        if self._asked is not None:
            self._tell_progress(0)
        else:
            self._tell(reading.summary, reading.mistake is not None)
        self._put("toml", "\n".join(map(safe, reading.text.splitlines())))
        self._put("keys", self._keys())
        self._put("command", self._command() if reading.experiment is not None else "")

    def _put(self, name: str, text: str) -> None:
        """Shows text in a place of fixed size."""
        self.query_one(f"#{name}", Static).update(Content(text), layout=False)

    def _tell(self, text: str, wrong: bool) -> None:
        self.query_one("#mistake", Static).set_class(wrong, "-wrong")
        self._put("mistake", text)

    def _keys(self) -> str:
        """The keys: all in 80 columns, the most important ones in fewer."""
        typed = "f2 classes  f3 columns" if self._draft.data == CSV else "f4 weights  f5 samples"
        save = "  ctrl+s save" if self._files else ""
        ways = [f"enter open{keys}  escape close" for keys in (f"  ↑↓←→ choose  {typed}{save}", f"  {typed}", "")]
        return next((way for way in ways if width(way) <= self.size.width - 2), ways[-1])

    def _command(self) -> str:
        try:
            command = command_of(self._draft, self._csv_cache.open_if_small)
        except (NotLoaded, BackpropError):  # comparing with the file's defaults is not worth a wait
            command = None
        return "$ " + (command or ("tui-backprop FILE.toml, once saved" if self._files else "tui-backprop FILE.toml"))

    def action_go(self, by: int) -> None:
        """Moves to the next or previous field in use, given what has just been chosen."""
        self._absorb()
        self._form.go(by)

    def action_turn(self, by: int) -> None:
        """Chooses the next or previous name; in a text the cursor moves."""
        if not isinstance(self.focused, Choice):
            raise SkipAction
        self.focused.turn(by)

    def action_classes(self) -> None:
        """Treats the target's numbers as classes, or no longer."""
        if self._draft.data == CSV:
            self._choose("classes", "" if self._draft.classes else "yes")

    @conversation
    def action_columns(self) -> Conversation:
        """Asks what each column of the file is for."""
        self._absorb()
        if self._draft.data != CSV:
            return
        try:
            columns = self._draft.uses(self._csv_cache.open_if_small)
        except (NotLoaded, BackpropError) as error:
            self._tell(str(error), True)
            return
        uses: list[str] | None = yield Columns(columns)
        if uses is not None:
            texts = [could == OF_TEXTS for _, _, could in columns]
            draft = self._draft.used([name for name, _, _ in columns], uses, texts)
            self._show(Reading(draft, unsuited=True))

    @conversation
    def action_weights(self) -> Conversation:
        """Asks for the initial weights and biases in a grid."""
        self._absorb()
        try:
            grid = weights_grid(self._draft, self._csv_cache.open_if_small)
        except (NotLoaded, BackpropError) as error:
            self._tell(str(error), True)
            return
        fields: list[Fields] | None = yield grid
        if fields is not None:
            self._show(Reading(with_weights(self._draft, fields), unsuited=self._reading.unsuited))

    @conversation
    def action_samples(self) -> Conversation:
        """Asks for samples in a grid."""
        self._absorb()
        new = self._draft.data != TYPED
        draft = self._draft.changed("data", TYPED) if new else self._draft
        fields: list[Fields] | None = yield samples_grid(draft, new)
        if fields is not None:
            self._show(Reading(with_samples(draft, fields)))

    def action_open(self) -> None:
        """Opens the experiment if there is one, or once its file has been read."""
        self._absorb()
        if self._reading.experiment is not None:
            self.dismiss(self._reading.experiment)
        self._opens = self._asked is not None

    @conversation
    def action_save(self) -> Conversation:
        """Asks for a name, and writes the experiment file."""
        self._absorb()
        if not self._files or self._reading.experiment is None:
            return
        text = self._reading.text
        question = TextQuestion("Save the experiment file as", "a path ending in .toml", lambda name: save(name, text))
        path: Path | None = yield question
        if path is not None:
            self._put("command", one_line(f"Saved: {shlex.join(['tui-backprop', str(path)])}"))


def save(name: str, text: str) -> Path:
    """Writes a new file; one that already exists stays as it is."""
    if not name.strip().endswith(".toml"):
        raise BackpropError(f"{name!r} does not end in .toml", "e.g. mine.toml")
    path = typed_path(name.strip())
    try:
        write_new(path, text.encode("utf-8"))
    except FileExistsError:
        raise BackpropError(f"{path} already exists", "another name") from None
    except (OSError, ValueError) as error:
        raise unwritable(path, error, "a path in a folder that exists") from None
    return path
