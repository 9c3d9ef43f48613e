"""All samples under the present weights."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.reactive import reactive

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.layout import Want
from tui_backprop.render.samples import samples, want_of_samples
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Pane


class SamplesPane(Pane):
    """Which answers are right, and what did this update do to the others?"""

    TITLE, WHEEL = "Samples", 3
    ANSWERS = (
        "Which answers are right, and what did this update do to the others? Every sample is tried with the current "
        "weights: its inputs, its target t, the prediction ŷ. After an update that is ŷ now, while the network shows "
        "the pass before it. ▸ marks the one being trained on, ✓ a right class, or a number within 5 % of "
        "the targets' range; Δ error is what the update, or your edit after it, did: ▼ better, ▲ worse, or the same, "
        "as is common with rounded predictions. Up, down, page keys, home and end go through the samples; left returns "
        "to the one trained on."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "first", "First sample", show=False),
        Binding("end", "last", "Last sample", show=False),
    ]

    cursor: reactive[int | None] = reactive(None, repaint=False)
    """The sample that the user has selected; None follows the one being trained on."""

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """All samples, or a few of many."""
        return want_of_samples(experiment)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The samples around the cursor."""
        data = moment.experiment.data
        scaled = [what for what, scale in (("inputs", data.standardised), ("targets", data.target_scale)) if scale]
        titles = ["predictions with the current weights", "current weights", "now"]
        if moment.updated:  # while the network shows the pass before it
            titles = ["predictions after this update", "after this update", "after"]
            if moment.edits:
                titles = ["predictions after your edit", "after your edit", "edited"]
        if moment.experiment.training.round is not None:  # which hides small changes
            titles[0] = f"ŷ rounded, {titles[1]}"
        if scaled:
            what = f"{' and '.join(scaled)} standardised"
            titles = [f"{titles[1]} · {what}", what, *titles[1:]]
        self.set_title(*(f"{self.TITLE} · {title}" for title in titles), self.TITLE)
        return samples(moment, columns, rows, self._place)

    @property
    def _last(self) -> int:
        return len(self.moment.experiment.data) - 1 if self.moment is not None else 0

    @property
    def _place(self) -> int | None:
        return None if self.cursor is None else min(self.cursor, self._last)

    def watch_cursor(self) -> None:
        """Shows the rows around the selected sample."""
        self.repaint()

    def action_move(self, right: int, down: int) -> None:
        """Selects another sample, or with left the one being trained on."""
        if right:
            self.cursor = None
        elif self.moment is not None:
            here = self._place if self._place is not None else self.moment.sample or 0
            self.cursor = min(max(here + down, 0), self._last)

    def action_page(self, by: int) -> None:
        """Moves up or down by a page of samples."""
        self.action_move(0, by * max(1, self.size.height - 2))

    def action_first(self) -> None:
        """Selects the first sample."""
        self.cursor = 0

    def action_last(self) -> None:
        """Selects the last sample."""
        self.cursor = self._last
