"""A moment named in text: EPOCH, EPOCH:SAMPLE or EPOCH:SAMPLE:PHASE."""

from __future__ import annotations

from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.core.run.timeline import FURTHEST, Timeline
from tui_backprop.errors import BackpropError, quoted
from tui_backprop.reading.numerals import whole_of


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
    names = phases(timeline.experiment.network.depth)
    phase = _as_listed(phase.strip().lower(), timeline)
    if phase and phase not in names:
        raise BackpropError(f"no phase {quoted(phase)}", f"one of {', '.join(names)}")
    if epoch > FURTHEST or timeline.epoch_end(epoch) > FURTHEST:
        raise BackpropError("that epoch is too far away", f"at most {FURTHEST:,} steps")
    if sample is None:
        return timeline.epoch_end(epoch), None
    samples = len(timeline.experiment.data)
    if epoch == 0 or sample >= samples:
        raise BackpropError(f"no such sample in epoch {epoch}", f"epochs from 1, samples 0 to {samples - 1}")
    return timeline.step_of(epoch, sample), Phase(phase) if phase else None


def place_of(moment: Moment) -> str:
    """The text that `parse_place` reads as this moment."""
    return f"{moment.epoch}:{moment.samples[0]}:{moment.phase}" if moment.step else "0"


def _as_listed(phase: str, timeline: Timeline) -> str:
    """The phase by the name that the list of phases has for it, also where the screen says `relu1` or `predict`."""
    network = timeline.experiment.network
    shown = {f"{name}{layer}": layer for layer, name in enumerate(network.activations, 1)}
    shown["predict"] = network.depth
    return f"activate{shown[phase]}" if phase in shown else phase
