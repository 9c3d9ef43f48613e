"""A moment named in text: EPOCH, EPOCH:SAMPLE or EPOCH:SAMPLE:PHASE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.errors import BackpropError, perhaps, quoted
from tui_backprop.reading.numerals import whole_of

if TYPE_CHECKING:
    from tui_backprop.core.run.timeline import Timeline


def parse_place(text: str, timeline: Timeline) -> tuple[int, Phase | None]:
    """(step, phase) of a place such as `148`, `1:0` or `1:0:mask1`; without a phase, the end of that step.

    Epochs count from 1, and 0 is the start; samples count from 0, as data rows do.
    """
    first, _, rest = text.strip().partition(":")
    second, _, phase = rest.partition(":")
    epoch, sample = whole_of(first), whole_of(second.strip().removeprefix("#"))
    if epoch is None or epoch < 0 or (rest and (sample is None or sample < 0)):
        raise BackpropError(
            f"{quoted(text)} is not a place in a run", "EPOCH:SAMPLE:PHASE, e.g. 1:0:mask1, 12:3 or 148"
        )
    named = phase_named(phase.strip().lower(), timeline.experiment) if phase.strip() else None
    if epoch > timeline.furthest or timeline.epoch_end(epoch) > timeline.furthest:
        raise BackpropError("that epoch is too far away", f"at most {timeline.furthest:,} steps")
    return (timeline.epoch_end(epoch), None) if sample is None else (timeline.step_of(epoch, sample), named)


def step_at(text: str, timeline: Timeline) -> int:
    """The step of a place that names a sample; otherwise the step after the place."""
    step, _ = parse_place(text, timeline)
    return step if ":" in text else step + 1


def place_of(moment: Moment) -> str:
    """The text that `parse_place` reads as this moment."""
    name = phase_label(moment.phase, moment.experiment)
    return f"{moment.epoch}:{moment.samples[0]}:{name}" if moment.step else "0"


def phase_label(phase: Phase, experiment: Experiment) -> str:
    """The phase as the screen names it: `relu1` for `activate1`, `slope1` for the mask of a smooth unit.

    The last activation makes the prediction.
    """
    activations, depth = experiment.network.activations, experiment.network.depth
    if phase.kind == "activate":
        return "predict" if phase.layer == depth else f"{activations[phase.layer - 1]}{phase.layer}"
    if phase.kind == "mask" and not experiment.network.activation(phase.layer).gated:
        return f"slope{phase.layer}"
    return phase


def phase_named(name: str, experiment: Experiment) -> Phase:
    """The phase that the screen, or the list of phases, calls so; the last activation by its function, too."""
    known, network = phases(experiment.network.depth), experiment.network
    shown = {phase_label(phase, experiment): phase for phase in known}
    output = {f"{network.activations[-1]}{network.depth}": Phase(f"activate{network.depth}")}
    found = ({phase: phase for phase in known} | output | shown).get(name)
    if found is None:
        raise BackpropError(f"no phase {quoted(name)}{perhaps(name, shown)}", f"one of {', '.join(shown)}")
    return found
