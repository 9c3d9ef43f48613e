"""The phases of a step as a path, where we are on it, and the counters."""

from __future__ import annotations

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.render.numbers import short
from tui_backprop.render.spans import Line, Span, clip, length, line, safe


def phase_label(phase: Phase, experiment: Experiment) -> str:
    """The phase as the screen names it: `relu1` for `activate1`; the last activation makes the prediction."""
    if phase.kind != "activate":
        return phase
    if phase.layer == experiment.network.depth:
        return "predict"
    return f"{experiment.network.activations[phase.layer - 1]}{phase.layer}"


def path(moment: Moment, width: int) -> Line:
    """`input ▸ sum1 ▸ … error ◂ upstream1 ◂ …`: forward arrows to the right, backward ones to the left."""
    names = phases(moment.experiment.network.depth)
    current = names.index(moment.phase) if moment.step else -1
    for gap in (" ", ""):
        spans = [_step(moment, phase, index, current, gap) for index, phase in enumerate(names)]
        if length([span for step in spans for span in step]) <= width:
            return tuple(span for step in spans for span in step)
    first = 0
    while first < current and length([span for step in spans[first : current + 2] for span in step]) > width - 2:
        first += 1
    shown = tuple(span for step in spans[first:] for span in step)
    return clip((Span("…", "dim"), *shown) if first else shown, width)


def _step(moment: Moment, phase: Phase, index: int, current: int, gap: str) -> list[Span]:
    label, target = phase_label(phase, moment.experiment), f"to_phase('{phase}')"
    arrow = "◂" if phase.backward else "▸"
    before = [] if index == 0 else [Span(f"{gap}{arrow}{gap}", "text" if index <= current else "dim")]
    if index == current:
        return [*before, Span(label, "accent", bold=True, target=target)]
    return [*before, Span(label, "text" if index < current else "dim", target=target)]


def counters(moment: Moment, width: int) -> Line:
    """Epoch, sample, step, rate, error; the least important left out where there is no room."""
    experiment = moment.experiment
    branch = f" branch {safe(moment.branches[moment.present].name)}" if len(moment.branches) > 1 else ""
    title = Span(f"{experiment.name}{branch}", "label", bold=True)
    if not moment.step:
        start = [title, Span("  start: nothing computed yet  "), Span(f"rate {short(experiment.training.rate)}", "dim")]
        return clip(tuple(start), width)
    showing = f", #{moment.sample} shown" if len(moment.samples) > 1 else ""
    of = f"{moment.order} of {experiment.steps_per_epoch}"
    which = f"#{moment.sample}" if len(moment.samples) == 1 else "#" + " #".join(map(str, moment.samples[:4]))
    parts = [
        [title],
        [Span("epoch ", "dim"), Span(f"{moment.epoch:,}", bold=True)],
        [Span("sample ", "dim"), Span(which, bold=True), Span(f" ({of}{showing})", "dim")],
        [Span("step ", "dim"), Span(f"{moment.step:,}")],
        [
            Span(
                "epoch's error "
                if moment.complete and moment.order == experiment.steps_per_epoch
                else "epoch's error so far ",
                "dim",
            ),
            Span(_error(moment), bold=True),
        ],
        [Span("rate ", "dim"), Span(short(experiment.training.rate))],
    ]
    while len(parts) > 3:
        spans = [span for part in parts for span in (*part, Span("  "))][:-1]
        if length(spans) <= width:
            return tuple(spans)
        del parts[{6: 5, 5: 0, 4: 2}.get(len(parts), -1)]
    return clip(line(*(span for part in parts for span in (*part, Span("  ")))), width)


def _error(moment: Moment) -> str:
    return "·" if moment.epoch_error is None else short(moment.epoch_error)
