"""All samples under the present weights."""

from __future__ import annotations

from tui_backprop.core.phases import Moment
from tui_backprop.render.samples import samples
from tui_backprop.render.spans import Line
from tui_backprop.widgets.pane import Pane


class Samples(Pane):
    """Which answers are right, and what did this update do to the others?"""

    TITLE = "Samples"
    ANSWERS = (
        "Which answers are right, and what did this update do to the others? Every sample is tried with the weights "
        "that hold now; ▸ marks the one that is trained on, ✓ an error of 0. After an update: ▼ better, ▲ worse."
    )

    def on_mount(self) -> None:
        """The title says what is tried."""
        self.border_title = f"{self.TITLE}, tried with the weights of this moment"

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The samples around the present one."""
        return samples(moment, columns, rows)
