"""Set-up: an experiment put together with the keyboard, shown as the file and the command that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.errors import BackpropError, ExperimentError, one_line
from tui_backprop.experiments import preset_names
from tui_backprop.experiments.draft import CSV, DATA, definition_without_paths, field_of, from_preset
from tui_backprop.experiments.toml_text import toml_text
from tui_backprop.files import write_new
from tui_backprop.render.spans import safe
from tui_backprop.screens.audience import KIOSK_PARAMETERS, KIOSK_SAMPLES
from tui_backprop.screens.questions import Question
from tui_backprop.widgets.choice import Choice

ROOMY = 76
"""Columns from which the experiment file has a place beside the fields."""
_NAMES = 6
"""How many names of inputs or outputs are told."""
_YES_NO = ("yes", "no")
_FIELDS: dict[str, tuple[str, tuple[str, ...] | str]] = {
    "preset": ("preset", ()),
    "data": ("data", DATA),
    "file": ("file", "path of a CSV file"),
    "samples": ("samples", ""),
    "noise": ("noise", "0 to 0.5"),
    "test": ("test part", "a share, e.g. 0.3"),
    "standardise": ("standardise", _YES_NO),
    "layers": ("hidden layers", "units, e.g. 8 or 8,6"),
    "hidden": ("activation", tuple(HIDDEN_ACTIVATIONS)),
    "output": ("output", tuple(ACTIVATIONS)),
    "loss": ("loss", tuple(LOSSES)),
    "optimizer": ("optimizer", tuple(OPTIMIZERS)),
    "rate": ("rate", "e.g. 0.1"),
    "batch": ("batch", "samples, or full"),
    "shuffle": ("shuffle", _YES_NO),
    "seed": ("seed", "a whole number"),
}
"""Label, and the names to choose from or what is to be typed."""


class SetupScreen(ModalScreen[Experiment | None]):
    """A form over the studio; what it is left with is the experiment to open.

    Without `files` neither reads nor writes any, and shows no path: strangers are at the keys, and sizes are bounded.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close", show=False),
        Binding("up", "app.focus_previous", "Up", show=False, priority=True),
        Binding("down", "app.focus_next", "Down", show=False, priority=True),
        Binding(
            "left", "turn(-1)", "Previous", show=False, priority=True
        ),  # at once: where down leads may depend on it
        Binding("right", "turn(1)", "Next", show=False, priority=True),
        Binding("enter", "open", "Open", show=False),
        Binding("ctrl+s", "save", "Save", show=False),
    ]

    def __init__(self, name: str, files: bool = True) -> None:
        """Starts from the preset `name`, or the first one."""
        super().__init__()
        names = preset_names()
        self._files = files
        self._draft = from_preset(name if name in names else names[0])
        self._experiment: Experiment | None = None
        self._samples: tuple[tuple[object, ...], Data] | None = None

    def compose(self) -> ComposeResult:
        """Fields, file, mistake, command, keys."""
        with Container(id="setup"):
            with Container(id="columns"):
                with VerticalScroll(id="fields", can_focus=False):
                    for name, (label, kind) in _FIELDS.items():
                        if self._files or name != "file":
                            with Container(classes="row", id=f"row-{name}"):
                                yield Label(label, markup=False)
                                yield self._field(name, kind)
                yield Static(id="toml", markup=False)
            yield Static(id="mistake", markup=False)
            yield Static(id="command", markup=False)
            save = "  ctrl+s: save the file" if self._files else ""
            yield Static(f"enter: open  ↑↓: field  ←→: choose{save}  escape: close", id="keys", markup=False)

    def _field(self, name: str, kind: tuple[str, ...] | str) -> Choice | Input:
        value = getattr(self._draft, name)
        if isinstance(kind, str):
            field = Input(value, placeholder=kind, compact=True, id=name, select_on_focus=False)
            field.cursor_blink = False
            return field
        names = tuple(preset_names()) if name == "preset" else kind
        return Choice([entry for entry in names if self._files or entry != CSV], value, self._choose, id=name)

    def on_mount(self) -> None:
        """Shows what it starts with."""
        self.query_one("#preset").focus()
        self._show()

    def on_resize(self, event: Resize) -> None:
        """The file has a place, or not."""
        self.set_class(event.size.width < ROOMY, "-thin")
        if self.focused is not None:
            self.call_after_refresh(self.focused.scroll_visible, animate=False)

    @on(Input.Changed)
    def _absorb(self) -> None:
        """Takes over what has been typed; fields may be ahead of their messages."""
        before = self._draft
        for name, text in [(str(field.id), field.value) for field in self.query(Input)]:
            if text != getattr(before, name):
                self._draft = self._draft.changed(name, text)
        if self._draft is not before:
            self._show()

    @on(Input.Submitted)
    def submitted(self) -> None:
        """Enter in a field."""
        self.action_open()

    def _choose(self, name: str, value: str) -> None:
        self._absorb()
        self._draft = self._draft.changed(name, value)
        self._show()

    def _show(self) -> None:
        """Every field as the draft has it, and what the reader of experiment files says of it."""
        draft, wrong = self._draft, ""
        mistake, text = self._read()
        if isinstance(mistake, ExperimentError):
            wrong = field_of(mistake)
        for name in _FIELDS:
            for row in self.query(f"#row-{name}"):
                field = row.query_one(f"#{name}")
                if isinstance(field, Choice):
                    field.show(getattr(draft, name))
                elif isinstance(field, Input) and field.value != getattr(draft, name):
                    with self.prevent(Input.Changed):
                        field.value = getattr(draft, name)
                    field.cursor_position = len(field.value)
                row.set_class(name == wrong, "-wrong")
                row.set_class(name in draft.unused, "-unused")
                field.disabled = name in draft.unused
                label = ("✕ " if name == wrong else "") + _FIELDS[name][0]
                row.query_one(Label).update(Content(label))
        told = self.query_one("#mistake", Static)
        told.set_class(mistake is not None, "-wrong")
        told.update(Content(self._summary() if mistake is None else f"✕ {_brief(mistake, wrong)}"))
        if text:
            self.query_one("#toml", Static).update(Content("\n".join(map(safe, text.splitlines()))))
        self.query_one("#command", Static).update(Content(self._command() if mistake is None else ""))

    def _read(self) -> tuple[BackpropError | None, str]:
        """What is wrong, if anything, and the experiment file."""
        draft, text = self._draft, ""
        try:
            definition = draft.definition()
            if not self._files:
                _check_bounds(definition)
            text = toml_text(definition if self._files else definition_without_paths(definition))
            key = (*draft.data_fields, definition["network"]["layers"][0], definition["network"]["layers"][-1])
            known = self._samples[1] if self._samples is not None and self._samples[0] == key else None
            self._experiment = draft.experiment(known)
            self._samples = (key, self._experiment.data)
        except BackpropError as error:
            self._experiment = None
            return error, text
        return None, text

    def _summary(self) -> str:
        assert self._experiment is not None
        data, units = self._experiment.data, "-".join(map(str, self._experiment.network.units))
        test = "" if data.test is None else f", {len(data.test):,} to test"
        names = ", ".join(data.input_names[:_NAMES]) + " …" * (len(data.input_names) > _NAMES)
        answers = ", ".join(data.target_names[:_NAMES]) + " …" * (len(data.target_names) > _NAMES)
        return (
            f"✓ {units}, {self._experiment.network.size:,} parameters; {len(data):,} samples to learn{test}\n"
            f"  {safe(names)} → {safe(answers)}"
        )

    def _command(self) -> str:
        command = self._draft.command()
        return "$ " + (command or ("tui-backprop FILE.toml, once saved" if self._files else "tui-backprop FILE.toml"))

    def action_turn(self, by: int) -> None:
        """The next or previous name; in a text the cursor moves."""
        if not isinstance(self.focused, Choice):
            raise SkipAction
        self.focused.turn(by)

    def action_open(self) -> None:
        """Opens the experiment, if there is one."""
        self._absorb()
        if self._experiment is not None:
            self.dismiss(self._experiment)

    @work
    async def action_save(self) -> None:
        """Asks for a name, and writes the experiment file."""
        self._absorb()
        if not self._files or self._experiment is None:
            return
        text = toml_text(self._draft.definition())
        question = Question("Save the experiment file as", "a path ending in .toml", lambda name: save(name, text))
        path = await self.app.push_screen_wait(question)
        if path is not None:
            self.query_one("#command", Static).update(Content(one_line(f"Saved: tui-backprop {path}")))


def _check_bounds(definition: Mapping[str, Any]) -> None:
    """Strangers get networks and data of a bounded size; looked at before anything of that size is made."""
    layers, samples = definition["network"]["layers"], definition["data"].get("samples", 0)
    if sum((below + 1) * above for below, above in pairwise(layers)) > KIOSK_PARAMETERS:
        raise ExperimentError("draft", "network.layers", "too many", f"at most {KIOSK_PARAMETERS:,} parameters here")
    if isinstance(samples, int) and samples > KIOSK_SAMPLES:
        raise ExperimentError("draft", "data.samples", f"{samples:,} are too many", f"at most {KIOSK_SAMPLES:,} here")


def _brief(error: BackpropError, field: str) -> str:
    """What is wrong; of a file also where."""
    if not isinstance(error, ExperimentError) or not field:
        return str(error)
    where = f"{error.key}: " if field == "file" and error.key else ""
    return f"{_FIELDS[field][0]}: {where}{error.told}"


def save(name: str, text: str) -> Path:
    """Writes a new file; one that is there already stays as it is."""
    if not name.strip().endswith(".toml"):
        raise BackpropError(f"{name!r} does not end in .toml", "e.g. mine.toml")
    path = Path(name.strip()).expanduser()
    try:
        write_new(path, text.encode("utf-8"))
    except FileExistsError:
        raise BackpropError(f"{path} is there already", "another name") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BackpropError(f"{path}: cannot be written: {reason}", "a path in a folder that exists") from None
    return path
