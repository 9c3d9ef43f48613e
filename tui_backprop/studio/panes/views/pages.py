"""The views that are pages of text: what each is called, what opens it, which question it answers."""

from __future__ import annotations

from tui_backprop.render.selection import move_in_graph, move_in_matrix
from tui_backprop.studio.panes.views.view import ViewPane


class GatesPane(ViewPane):
    """Which units let which samples through?"""

    TITLE = "Gates"
    OPENS = "Gates: which hidden units are open for which samples, and does any of them switch?"
    ANSWERS = (
        "Which hidden units let which samples through, with the current weights? ● open, ✕ shut. A network "
        "whose gates are the same for all samples is linear on them, and learns no more than a straight line can. A "
        "unit that is shut for all is dead: no error reaches its weights. ▁ and ▔ are smooth units that are "
        "saturated, their slope under 5 % of the steepest. Up and down scroll, left and right choose a unit."
    )

    def action_move(self, right: int, down: int) -> None:
        """Scrolls, or selects the next unit."""
        if right:
            self.choose(move_in_graph, right, 0)
        self.scroll += down


class PullsPane(ViewPane):
    """Who pulls this weight up, who down?"""

    TITLE = "Tug-of-war"
    OPENS = "Tug-of-war: which samples pull the selected weight up, which down, and what is left over"
    ANSWERS = (
        "Which samples pull the selected weight up, which down? A bar is −∂E/∂w of one sample, all at the current "
        "weights; the net pull is what is left over. Where pulls cancel, an epoch changes nothing. Arrows "
        "select another weight or bias, in any layer."
    )

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring parameter, as in the matrices."""
        self.choose(move_in_matrix, down, right)


class CollapsePane(ViewPane):
    """Which layers are one layer in disguise?"""

    TITLE = "Collapse"
    OPENS = "Collapse: which layers are one layer in disguise, and what that one is"
    ANSWERS = (
        "Which layers are one layer in disguise? Where nothing bends between two layers, their product is one "
        "matrix that gives the same sums for every sample, up to the last digits. ReLU layers collapse on this "
        "data while none of their gates switches. Up and down scroll."
    )


class InterferencePane(ViewPane):
    """What did this update do to the others?"""

    TITLE = "Interference"
    OPENS = "Interference: what each update of this epoch did to every sample's error"
    ANSWERS = (
        "What did each update of this epoch do to all samples' errors? A row for each update, a column for each "
        "sample; − is better and blue, + is worse and orange, bold is the trained sample. Up "
        "and down scroll."
    )


class HealthPane(ViewPane):
    """Does the error reach the first layer?"""

    TITLE = "Gradient health"
    OPENS = "Gradient health: the size of gradients and updates in each layer, over the run"
    ANSWERS = (
        "Does the error reach the first layer? One band per layer: the mean size of its gradient over the run, on a "
        "logarithmic scale that all layers share. Then gradient and update in the last steps, and the update as a "
        "share of the weights: about one in a thousand is healthy."
    )


class SlopePane(ViewPane):
    """Is this gradient right?"""

    TITLE = "Gradient check"
    OPENS = "Gradient check: the selected weight's gradient by back-propagation and by finite difference"
    ANSWERS = (
        "Is this gradient right? The loss a little below and above the selected weight, the slope between them, "
        "and what back-propagation says. A gate that switches makes a kink, where there is no slope: the nearest "
        "ones are named. Arrows select another weight or bias."
    )

    def action_move(self, right: int, down: int) -> None:
        """Selects the neighbouring parameter, as in the matrices."""
        self.choose(move_in_matrix, down, right)


PAGES: tuple[type[ViewPane], ...] = (GatesPane, PullsPane, CollapsePane, InterferencePane, HealthPane, SlopePane)
