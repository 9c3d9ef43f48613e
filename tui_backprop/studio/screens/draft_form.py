"""The set-up's form: the fields of a draft, each with its label."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui_backprop.experiments import preset_names
from tui_backprop.experiments.draft import Draft
from tui_backprop.experiments.fields import CSV, FIELDS, OF_FILE
from tui_backprop.studio.panes.choice import Choice

WRONG = "bold $text-error"
"""The style of a wrong field's label."""
LONGEST = 4096
"""Characters in a field."""


class DraftForm(VerticalScroll, can_focus=False):
    """Labels beside fields in which a draft's texts are typed or chosen; those without a use in the draft are hidden.

    What is typed bubbles up as `Input.Changed`.
    """

    DEFAULT_CSS = """
    DraftForm {
        layout: horizontal;
        width: 43;
        height: 100%;
        scrollbar-size-vertical: 1;
        background: $surface;
        #labels { width: 16; }
        #values { width: 1fr; height: auto; }
    }
    """

    def __init__(self, draft: Draft, files: bool, choose: Callable[[str, str], None]) -> None:
        """`choose` is called with the name of a field and the name chosen in it. Without `files`, none can be named."""
        super().__init__()
        self._draft, self._files, self._choose = draft, files, choose
        shown = {name: field.kind for name, field in FIELDS.items() if files or name not in OF_FILE}
        self._fields = {name: self._field(name, kind) for name, kind in shown.items()}

    def compose(self) -> ComposeResult:
        """All labels in one column, all fields in another."""
        yield Static(id="labels", markup=False)
        with Container(id="values"):
            yield from self._fields.values()

    def _field(self, name: str, kind: tuple[str, ...] | str) -> Choice | Input:
        value = getattr(self._draft, name)
        if isinstance(kind, str):
            named = name in ("columns", "target")  # other names replace them, while a number may be made longer
            field = Input(value, placeholder=kind, compact=True, id=name, select_on_focus=named, max_length=LONGEST)
            field.cursor_blink = False
            return field
        names = tuple(preset_names()) if name == "preset" else kind
        return Choice([entry for entry in names if self._files or entry != CSV], value, self._choose, id=name)

    def on_mount(self) -> None:
        """Begins with the first field."""
        next(iter(self._fields.values())).focus()

    @property
    def typed(self) -> dict[str, str]:
        """What is in the fields to type in, by name."""
        return {name: field.value for name, field in self._fields.items() if isinstance(field, Input)}

    def show(self, draft: Draft, wrong: str) -> None:
        """Shows every field of the draft, and marks the `wrong` one if there is one."""
        self._draft = draft
        labels, unused = [], draft.unused
        for name, field in self._fields.items():
            if field.value != getattr(draft, name):
                with self.prevent(Input.Changed):
                    field.value = getattr(draft, name)
                if isinstance(field, Input):
                    field.cursor_position = len(field.value)
            field.display = name not in unused
            if field.display:
                label = FIELDS[name].label
                labels.append(Content.styled(f"✕ {label}", WRONG) if name == wrong else Content(label))
        self.query_one("#labels", Static).update(Content("\n").join(labels))

    def go(self, by: int) -> None:
        """Focuses the next or previous field in use; after the last comes the first."""
        fields = [field for name, field in self._fields.items() if name not in self._draft.unused]
        here = self.screen.focused
        place = fields.index(here) if here in fields else 0
        self.screen.set_focus(fields[(place + by) % len(fields)])
