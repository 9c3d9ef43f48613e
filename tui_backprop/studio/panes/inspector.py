"""The arithmetic behind the selection."""

from __future__ import annotations

from textual.reactive import reactive

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.inspector import abbreviate_repeats, inspect
from tui_backprop.render.layout import Want
from tui_backprop.render.spans import Line, Span, line, pad, safe
from tui_backprop.studio.panes.pane import Pane


class InspectorPane(Pane):
    """Why did this weight change by exactly that?"""

    TITLE, DOES, WHEEL = "Inspector", "copy", 3
    ANSWERS = (
        "Why did this weight change by exactly that? Every term from the input to the new weight, in the order of the "
        "phases and with all digits (repeated numbers are cut short with …); · stands for what is not computed "
        "yet. Select a weight or a node to see its arithmetic; up and down scroll, y copies all of it."
    )
    BOUND = ("moment", "selection")

    offset_lines: reactive[int] = reactive(0, repaint=False)
    """How far the user has scrolled from the present phase."""

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """Lines to read; more is better."""
        return Want(40, 12, 28, 4, stretches=True)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The equations, scrolled so that the present phase's is in sight."""
        name = safe(self.selection.name(moment.experiment))
        self.set_title(f"{self.TITLE}  {name}  (y: copy)", f"{name}  (y: copy)", name, self.TITLE)
        inspection = inspect(moment, self.selection, columns - 1)
        total = len(inspection.lines)
        if total <= rows:
            return abbreviate_repeats(inspection.lines)
        stride = max(1, rows // 2)  # scrolling costs as much as a new page: rather few jumps than many
        resting = max(inspection.focus // stride * stride - stride // 2, inspection.end - rows)
        focus = min(max(0, resting), total - rows)
        top = min(max(0, focus + self.offset_lines), total - rows)
        self.set_reactive(InspectorPane.offset_lines, top - focus)
        return _with_arrows(
            abbreviate_repeats(inspection.lines[top : top + rows]), columns, top > 0, top + rows < total
        )

    def watch_moment(self) -> None:
        """Scrolls to the phase of another moment."""
        self.set_reactive(InspectorPane.offset_lines, 0)
        super().watch_moment()

    def watch_selection(self) -> None:
        """Scrolls back to the present phase."""
        self.set_reactive(InspectorPane.offset_lines, 0)
        super().watch_selection()

    def watch_offset_lines(self) -> None:
        """Scrolled."""
        self.repaint()

    def action_move(self, right: int, down: int) -> None:
        """Scrolls."""
        self.offset_lines += down


def _with_arrows(lines: list[Line], columns: int, above: bool, below: bool) -> list[Line]:
    """Arrows at the right edge where there is more above or below."""
    shown = list(lines)
    if above:
        shown[0] = line(*pad(shown[0], columns - 1), Span("↑", "accent"))
    if below:
        shown[-1] = line(*pad(shown[-1], columns - 1), Span("↓", "accent"))
    return shown
