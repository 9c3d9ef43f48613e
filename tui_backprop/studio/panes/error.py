"""The error over time."""

from __future__ import annotations

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.error import error, error_line
from tui_backprop.render.layout import Want
from tui_backprop.render.spans import Line
from tui_backprop.studio.panes.pane import Painted, Pane


class ErrorPane(Pane):
    """Is it learning?"""

    TITLE, DOES = "Error", "chart"
    ANSWERS = (
        "Is it learning? The line shows the reported error of each epoch, summed over all samples. ● and ▲ mark where "
        "you are; later epochs already reached are dim; dotted lines are other branches; ! is an error that "
        "is not finite. Means per sample are labelled as such. Below: the errors of this epoch's latest samples. c "
        "opens the whole chart."
    )

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """A line to read; more is better."""
        return Want(22, 9, 18, 4, stretches=True)

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """Figures, the line with its axes, this epoch."""
        self.set_title(f"{self.TITLE}  (c: chart)", self.TITLE)
        return error(moment, columns, rows)


class ErrorLine(Painted):
    """The error in one line, for small terminals."""

    DEFAULT_CSS = """
    ErrorLine { height: 1; background: $background; }
    """

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """One line."""
        return [error_line(moment, columns)]
