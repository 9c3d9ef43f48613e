"""The phases of a step as a path, where we are on it, and the counters."""

from __future__ import annotations

from tui_backprop.core.network import Network
from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.numbers import short
from tui_backprop.render.spans import Line, Span, clip, length, safe

_SO_FAR = "so far "


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


def counters(moment: Moment, columns: int, trouble: Span | None = None) -> Line:
    """Experiment, epoch, sample, step, error and trouble; the least important are left out if there is no room."""
    title = [_title(moment), Span(f" {_set_up(moment)}", "dim", target="change")]
    last = [] if trouble is None else [[trouble]]
    if not moment.step:
        parts = [title, [Span("start: nothing computed yet")], *last]
    else:
        parts = [title, *_progress(moment), *last]
    for drop in ("set-up", "step", "title", "error"):
        spans = [span for part in parts for span in (*part, Span("   "))][:-1]
        spare = (
            len(_SO_FAR) if _is_over(moment) and drop == "set-up" else 0
        )  # or it would come and go with the end of an epoch
        if length(spans) + spare <= columns:
            return tuple(spans)
        parts = _without(parts, drop, moment)
    return clip(tuple(span for part in parts for span in (*part, Span("  "))), columns)


def _without(parts: list[list[Span]], what: str, moment: Moment) -> list[list[Span]]:
    if what == "set-up":
        return [[_title(moment)], *parts[1:]]
    if what == "title" and moment.step:
        return [part for part in parts if part[0] != _title(moment)]
    return [part for part in parts if not part[0].text.startswith(what)]


def _title(moment: Moment) -> Span:
    branch = f" (branch {safe(moment.branches[moment.present].name)})" if len(moment.branches) > 1 else ""
    return Span(f"{safe(moment.experiment.name)}{branch}", "label", bold=True)


def _set_up(moment: Moment) -> str:
    """`3-4-1 relu · sgd 0.1`; where an edit holds from the next step on, `sgd 0.1 → 0.5`."""
    here, ahead = moment.experiment, moment.ahead
    hidden, optimizer, rate = (
        now if now == then else f"{now} → {then}"
        for now, then in (
            (_hidden(here.network), _hidden(ahead.network)),
            (here.training.optimizer, ahead.training.optimizer),
            (short(here.training.rate), short(ahead.training.rate)),
        )
    )
    return f"{here.network.shape} {hidden} · {optimizer} {rate}"


def _hidden(network: Network) -> str:
    """The activations of the hidden layers, each once; of a single layer its own."""
    return ", ".join(dict.fromkeys(network.activations[:-1])) or network.activations[-1]


def _is_over(moment: Moment) -> bool:
    """Whether the epoch is."""
    return moment.complete and moment.order == moment.experiment.steps_per_epoch


def _progress(moment: Moment) -> list[list[Span]]:
    experiment = moment.experiment
    number = len(moment.samples)
    showing = f", #{moment.sample} shown" if number > 1 else ""
    which = " ".join(f"#{sample}" for sample in moment.samples[:4]) + " …" * (number > 4)
    error = "·" if moment.epoch_error is None else short(moment.epoch_error)
    return [
        [Span("epoch ", "dim", target="go_to"), Span(f"{moment.epoch:,}", bold=True, target="go_to")],
        [
            Span("sample " if number == 1 else "samples ", "dim"), Span(which, bold=True),
            Span(f" {moment.order:,}/{experiment.steps_per_epoch:,}{showing}", "dim"),
        ],
        [Span("step ", "dim"), Span(f"{moment.step:,}")],
        [Span("error " if _is_over(moment) else f"error {_SO_FAR}", "dim"), Span(error, bold=True)],
    ]  # fmt: skip
