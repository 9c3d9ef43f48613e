"""What a run can stop at, as a list to choose from, and the moves that stop there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.parts import Unit
from tui_backprop.core.run import conditions
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import safe
from tui_backprop.studio import moves
from tui_backprop.studio.move_queue import Move
from tui_backprop.studio.screens.questions import TextQuestion, read_epochs, read_error

Notify = Callable[[str], None]


@dataclass(frozen=True)
class StopCondition:
    """Something to run until; `ask` asks for what the move needs first."""

    label: str
    move: Callable[..., Move]
    ask: Callable[[], TextQuestion[float] | TextQuestion[int]] | None = None


def stop_conditions(timeline: Timeline, moment: Moment, selection: Selection, notify: Notify) -> list[StopCondition]:
    """The conditions that can be chosen here."""

    def waiting(label: str, condition: conditions.Condition) -> StopCondition:
        return StopCondition(label, lambda: moves.until(timeline, condition, label, notify))

    found = [
        StopCondition("it converges", lambda: moves.until_converged(timeline, notify)),
        StopCondition(
            "the error is below …",
            lambda bound: moves.until_below(timeline, bound, notify),
            lambda: TextQuestion("Run until the error is below", "e.g. 0.1", read_error),
        ),
        StopCondition(
            "… more epochs have run",
            lambda count: moves.for_epochs(timeline, count, notify),
            lambda: TextQuestion("Epochs to run", "e.g. 100", read_epochs),
        ),
        StopCondition("the error rises from one epoch to the next", lambda: moves.until_error_rises(timeline, notify)),
    ]
    hidden = moment.ahead.network.activations[:-1]
    gated = [ACTIVATIONS[name].gated for name in hidden]
    if isinstance(selection, Unit) and 1 <= selection.layer <= len(hidden) and gated[selection.layer - 1]:
        name = safe(selection.name(moment.experiment))
        flips = conditions.gate_flips(selection.layer, selection.column)
        found.append(waiting(f"the gate of {name} opens or shuts for a sample", flips))
    elif not isinstance(selection, Unit):
        name = safe(selection.name(moment.experiment))
        changes = conditions.sign_changes(selection.index(moment.ahead.network), name)
        found.append(waiting(f"{name} changes sign", changes))
    if any(gated):
        found.append(waiting("any gate opens or shuts for a sample", conditions.gate_flips()))
        found.append(waiting("a unit dies: its gate is shut for every sample", conditions.unit_dies()))
    found.append(waiting("a sample becomes right or wrong", conditions.sample_turns()))
    found.append(waiting("a value becomes NaN or infinite", conditions.never))
    return found
