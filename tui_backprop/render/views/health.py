"""The size of gradients and updates, a band per layer, over the run, on a logarithmic scale."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.health import Health, health_of, on_its_way, share
from tui_backprop.core.diagnostics.verdict import DIVERGES, verdict
from tui_backprop.core.penalty import penalised
from tui_backprop.core.run.moment import Moment
from tui_backprop.reading.numerals import typeset
from tui_backprop.render.numbers import power, short
from tui_backprop.render.selection import Selection, layer_of
from tui_backprop.render.spans import Line, Span, line, paragraph
from tui_backprop.render.trouble import advice, why_grown
from tui_backprop.render.views.page import ViewPage, listed

_BLOCKS = "▁▂▃▄▅▆▇█"
_LABEL = 4
_NUMBER, _NARROW = 9, 8
"""Cells of each of the three numbers of a layer: gradient, update, its share of the weights."""
_TITLES = ("gradient over the run", "gradient", "")


def health(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """Per layer its gradient over time as bars of ten's powers, and the sizes in the last steps."""
    found = health_of(moment)
    if not found.steps:
        return ViewPage(body=paragraph(columns, "No update yet: the sizes of gradients appear here after each."))
    cells = _NUMBER if columns > _LABEL + 3 * _NUMBER else _NARROW
    bars = max(0, columns - _LABEL - 3 * cells)
    title = next(text for text in _TITLES if len(text) <= bars)
    low, high = _range(found.gradient)
    numbers = "".join(name.rjust(cells) for name in ("|∂E/∂W|", "|ΔW|", "|ΔW/W|"))
    heading = " " * _LABEL + title.ljust(bars) + numbers
    body = [
        _band(found, layer, bars, cells, low, high, layer_of(selection) == layer + 1)
        for layer in range(found.gradient.shape[1])
    ]
    of = f"the last {found.recent} steps" if found.recent > 1 else "the last step"
    span = f"one bar every {found.every:,} steps" if found.every > 1 else "one bar per step"
    mean = f", the mean of {found.window:,}" if found.window > 1 else ""
    scale = f"; log scale from {power(low)} to {power(high)}"
    foot = [paragraph(columns, Span(f"numbers: mean of {of}" if columns > 40 else f"mean of {of}", "dim"))]
    foot += [paragraph(columns, Span(span + mean + scale, "dim"))] if bars else []
    said = [_verdict(moment, found, columns), advice(moment, "health", columns)]
    return ViewPage([line(Span(heading, "dim"))], body, foot, layer_of(selection) - 1, said)


def _range(sizes: Array) -> tuple[int, int]:
    """The powers of ten between which the sizes lie: at most eight, counted from the largest."""
    some = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not len(some):
        return 0, 1
    high = math.floor(math.log10(float(some.max()))) + 1
    return max(math.floor(math.log10(float(some.min()))), high - 8), high


def _band(found: Health, layer: int, bars: int, cells: int, low: int, high: int, chosen: bool) -> Line:
    """The latest marks of a layer; ! is a number that is not finite, a blank an exact 0."""
    glyphs = "".join(
        _glyph(float(size), low, high) for size in found.gradient[max(0, len(found.steps) - bars) :, layer]
    )
    gradient, update, weight = map(float, found.latest[:3, layer])
    sick = not math.isfinite(gradient + update)
    part = "–" if update == weight == 0 else _size(float(found.ratio[layer]))
    numbers = "".join(text.rjust(cells) for text in (_size(gradient), _size(update), part))
    name = Span(f"W{layer + 1}".ljust(_LABEL), "accent" if chosen else "label", chosen)
    return line(name, Span(glyphs.ljust(bars), "+3"), Span(numbers, "warn" if sick else "text"))


def _glyph(size: float, low: int, high: int) -> str:
    if not math.isfinite(size):
        return "!"
    if size <= 0:
        return " "
    return _BLOCKS[min(max(math.floor(math.log10(size)) - low, 0) * 8 // (high - low), 7)]


def _size(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞"
    if value == 0 or 0.001 <= value < 1000:
        return short(float(f"{value:.2g}"))
    return typeset(f"{value:.1e}")


def _verdict(moment: Moment, found: Health, columns: int) -> list[Line]:
    """Whether the error reaches the first layer."""
    now, delta = found.latest[0], found.latest[3]

    def warned(text: str) -> list[Line]:
        return paragraph(columns, Span(text, "warn", True))

    cause = why_grown(moment.ahead.data)
    if not np.isfinite(found.latest[:2]).all():
        return warned(f"The gradients have exploded and are no longer finite: {cause}.")
    grown = verdict(moment)
    if grown is not None and grown.trouble is DIVERGES:
        return warned(f"The error has grown instead of falling: {cause}.")
    if not now.any():
        return warned(_still_changing(moment, found))
    if len(now) == 1:
        return paragraph(columns, "One layer: its gradient comes straight from the error.")
    if now[0] == 0 or now[-1] == 0:
        return warned(f"No gradient at all reaches {' '.join(f'W{n}' for n, size in enumerate(now, 1) if size == 0)}.")
    network = moment.experiment.network
    gated = any(ACTIVATIONS[name].shut == 0.0 for name in network.activations[:-1])
    size = _size(share(delta))
    reached = f"δ in the first layer is {size} × the output's"
    text = f"Where gates let it through, {reached}" if gated else reached
    way = on_its_way(network, delta)
    ends = f"it {way} on its way down." if way else "the error gets through."
    briefly = f"δ {way or 'gets through'}: {size} × the output's."
    at_least = f"δ {way}: {size} × at W1." if way else f"δ at W1: {size} × output's."
    said = next((words for words in (f"{text}: {ends}", briefly) if len(words) <= columns), at_least)
    return warned(said) if way else paragraph(columns, said)


def _still_changing(moment: Moment, found: Health) -> str:
    """What still changes where the error gives no weight a gradient."""
    weights, biases = (
        [f"{name}{layer}" for layer, size in enumerate(found.latest[row], 1) if size]
        for name, row in (("W", 1), ("b", 4))
    )
    moved, training = weights + biases, moment.experiment.training
    if not moved:
        return "All gradients are 0: nothing changes any more."
    cause = "the weight penalty" if penalised(training) else f"what {training.optimizer} remembers"
    text = f"No weight gets a gradient from the error: only {listed(moved)} still change{'s' * (len(moved) == 1)}"
    return text + f" (weights because of {cause})" * bool(weights) + "."
