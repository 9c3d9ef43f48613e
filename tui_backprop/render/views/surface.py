"""The network's output over the plane of two inputs, the samples on it, and the same map for each hidden unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.gates import sampled_rows
from tui_backprop.core.diagnostics.surface import Plane, over_plane, plane_of
from tui_backprop.core.forward import evaluate
from tui_backprop.core.goal import threshold
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import joined
from tui_backprop.render.graph.plan import shorten
from tui_backprop.render.numbers import level, scale_of, short, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, beside, clip, fit, length, line, safe, width
from tui_backprop.render.views.curve import curve
from tui_backprop.render.views.shades import Levels, Shading, put_sign, shaded

_THUMB = (10, 5)
"""Cells of a small map: columns, rows."""
_LOWEST = 3
"""Rows of a small map where there would be too few of them otherwise."""
RIGHT, WRONG = "○●", "◇◆"
"""Signs of a sample: target below or above the middle."""


@dataclass(frozen=True, eq=False)
class Map:
    """Values (rows, columns) of a unit, and what makes them tones."""

    values: Array
    middle: float
    scale: float

    def levels(self, shading: Shading) -> Levels:
        """−4 to 4 of each point, in a ramp by its share of the scale; None for what is not a finite number."""
        return [[self._level(value - self.middle, shading) for value in row] for row in self.values.tolist()]

    def _level(self, value: float, shading: Shading) -> float | None:
        ink = tone(value, self.scale)
        if ink == "warn":
            return None
        return 4 * value / self.scale if shading is Shading.RAMP else level(ink)


def surface(
    moment: Moment, selection: Selection, columns: int, rows: int, shading: Shading, small: bool = True
) -> list[Line]:
    """A heading, the large map, `small` ones of the hidden units beside it, and what the signs mean."""
    if moment.ahead.data.inputs.shape[1] == 1:
        return curve(moment, selection, columns, rows)
    plane = plane_of(moment.ahead.data, *_axes(selection))
    hidden = [(layer, unit) for layer, count in enumerate(moment.ahead.network.units[1:-1], 1) for unit in range(count)]
    shown = _large(moment, selection)
    map_rows = max(1, rows - 2)
    beside_it = small and bool(hidden) and columns >= 2 * _THUMB[0] + 4
    map_columns = min(4 * map_rows, columns)  # twice as wide as high to the eye, at most
    if beside_it:
        across = -(-len(hidden) // max(1, map_rows // (_THUMB[1] + 1)))
        every = columns - 1 - across * (_THUMB[0] + 1)  # this many columns leave room for all the small maps
        map_columns = max(2 * map_rows, min(map_columns, columns // 2))
        map_columns = min(columns - _THUMB[0] - 2, max(columns // 2, min(map_columns, every)))
    large = shaded(_map(moment, plane, shown, map_columns, map_rows, shading).levels(shading), shading)
    _put_samples(large, moment, plane, shown, shading)
    lines: list[Line] = [joined(row) for row in large]
    if beside_it:
        maps = _small_maps(moment, plane, hidden, selection, columns - map_columns - 2, map_rows, shading)
        lines = beside(lines, maps, map_columns + 2)
    heading, legend = _heading(moment, plane, shown, columns), _legend(moment, shown, shading, columns)
    return [clip(spans, columns) for spans in (heading, *lines[:map_rows], legend)][:rows]


def _axes(selection: Selection) -> tuple[int, int]:
    """The first two inputs, or the first and the selected one."""
    chosen = selection.row if isinstance(selection, Weight) and selection.layer == 1 else 0
    if isinstance(selection, Unit) and selection.layer == 0:
        chosen = selection.column
    return 0, max(1, chosen)


def _large(moment: Moment, selection: Selection) -> tuple[int, int]:
    """(layer, unit) of the large map: the selected node, or the output that a weight leads to, or the first."""
    depth = moment.ahead.network.depth
    if isinstance(selection, Unit) and selection.layer:
        return selection.layer, selection.column
    return depth, selection.column if selection.layer == depth else 0


def middle_of(moment: Moment, layer: int, unit: int) -> tuple[float, float | None]:
    """The value halfway between low and high answers of a unit, and for an output how far its targets are from it."""
    network = moment.ahead.network
    if layer < network.depth:
        edge = network.activation(layer).threshold
        return (0.0, None) if edge is None else (edge, edge)
    targets = moment.ahead.data.targets[:, unit]
    low, high = float(targets.min()), float(targets.max())
    edge = threshold(moment.experiment)
    middle = edge if edge is not None else (low + high) / 2
    return middle, (high - low) / 2 or 1.0


def _map(moment: Moment, plane: Plane, shown: tuple[int, int], columns: int, rows: int, shading: Shading) -> Map:
    layer, unit = shown
    return map_of(moment, over_plane(moment, plane, columns, rows * shading.points)[layer - 1][:, :, unit], layer, unit)


def map_of(moment: Moment, values: Array, layer: int, unit: int) -> Map:
    """The values of a unit over the plane, as a map around the middle of what it says."""
    middle, scale = middle_of(moment, layer, unit)
    return Map(values, middle, scale_of(values - middle) if scale is None else scale)


def _put_samples(
    cells: list[list[Span]], moment: Moment, plane: Plane, shown: tuple[int, int], shading: Shading
) -> None:
    """Each sample's sign in its cell; of several in one cell a wrong one, then the present one, stays."""
    experiment = moment.ahead
    rows, columns = len(cells), len(cells[0])
    depth = experiment.network.depth
    unit = shown[1] if shown[0] == depth else 0
    looked = sampled_rows(experiment.data, moment.parameters)
    targets = experiment.data.targets[looked]
    said = evaluate(moment.parameters, experiment.training, experiment.data.inputs[looked], targets).prediction
    middle, _ = middle_of(moment, depth, unit)
    high = targets[:, unit] > middle
    wrong = high != (said[:, unit] > middle)
    if experiment.network.output.joint:
        wrong = said.argmax(axis=1) != targets.argmax(axis=1)
    wrong |= ~np.isfinite(said).all(axis=1)
    low, size = np.array(plane.low), np.array(plane.high) - np.array(plane.low)
    places = (plane.points[looked] - low) / size
    here = np.isin(looked, moment.samples)
    x = np.clip((places[:, 0] * columns).astype(int), 0, columns - 1)
    y = np.clip(((1.0 - places[:, 1]) * rows).astype(int), 0, rows - 1)
    order = np.lexsort((here, wrong))
    last = dict(zip((y * columns + x)[order].tolist(), order.tolist(), strict=True))
    for cell, index in last.items():
        sign = (WRONG if wrong[index] else RIGHT)[int(high[index])]
        over = "wrong" if wrong[index] else "high" if high[index] else "low"
        row, column = divmod(cell, columns)
        ink = "warn" if wrong[index] else "text"
        put_sign(cells, row, column, sign, shading, bool(here[index]), ink, over)


def _small_maps(
    moment: Moment, plane: Plane, hidden: list[tuple[int, int]], selection: Selection, columns: int, rows: int,
    shading: Shading,
) -> list[Line]:  # fmt: skip
    """As many hidden units as fit, the selected one among them, with their names above."""
    across = max(1, (columns + 1) // (_THUMB[0] + 1))
    heights = range(_THUMB[1], _LOWEST - 1, -1)
    height = next((height for height in heights if across * (rows // (height + 1)) >= len(hidden)), _LOWEST)
    height, down = min(height, rows - 1), max(1, rows // (height + 1))
    if height < 1:
        return []
    chosen = next((place for place, unit in enumerate(hidden) if selection == Unit(*unit)), 0)
    first = min(max(0, chosen - across * down + 1), max(0, len(hidden) - across * down))
    layers = over_plane(moment, plane, _THUMB[0], height * shading.points)
    lines: list[Line] = []
    for start in range(first, min(len(hidden), first + across * down), across):
        band: list[Line] = []
        for place, (layer, unit) in enumerate(hidden[start : min(start + across, first + across * down)]):
            found = map_of(moment, layers[layer - 1][:, :, unit], layer, unit)
            here, name = selection == Unit(layer, unit), moment.ahead.unit_names(layer)[unit]
            more = len(hidden) - across * down
            if more > 0 and (layer, unit) == hidden[first + across * down - 1]:
                name += f" …+{more}"
            title = Span(fit(name, _THUMB[0]), "accent" if here else "label", here, target=Unit(layer, unit))
            block = [line(title), *(joined(row) for row in shaded(found.levels(shading), shading))]
            band = beside(band, block, place * (_THUMB[0] + 1)) if place else block
        lines += band
    return lines


def _heading(moment: Moment, plane: Plane, shown: tuple[int, int], columns: int) -> Line:
    layer, unit = shown
    name = safe(moment.ahead.unit_names(layer)[unit])
    what = f"output {name}" if layer == moment.ahead.network.depth else f"hidden unit {name}"
    across, up = safe(plane.names[0]), safe(plane.names[1])
    spans = [Span(what, "accent", True), Span(f" over {across} ▸ and {up} ▲")]
    if length(spans) > columns:
        room = (columns - width(f"{name}:  ▸  ▲")) // 2
        across, up = (text.rstrip() for text in shorten((across, up), max(3, room)))
        spans = [Span(name, "accent", True), Span(f": {across} ▸ {up} ▲")]
    if plane.held:
        names = " ".join(map(safe, plane.held[:4])) + (" …" if len(plane.held) > 4 else "")
        return _ended(spans, columns, f"  held at the mean: {names}", f"  {names} held")
    return _ended(spans, columns, f"  {_span(plane, 0)} × {_span(plane, 1)}")


def _span(plane: Plane, axis: int) -> str:
    return f"{short(plane.low[axis])}…{short(plane.high[axis])}"


def _legend(moment: Moment, shown: tuple[int, int], shading: Shading, columns: int) -> Line:
    middle, gap = short(middle_of(moment, *shown)[0]), " " if columns > 21 else ""
    if shading is Shading.SHADES:
        signs = [Span(f"{RIGHT[1]}{gap}high {RIGHT[0]}{gap}low {WRONG}{gap}wrong", "dim")]
        return _ended(signs, columns, f"  ░▒▓█ above {middle}, ╌–=≡ below", f"  █ above {middle}", "  █ high")
    dots = [
        Span(RIGHT[1], "high"), Span(f"{gap}high "),
        Span(RIGHT[0], "low"), Span(f"{gap}low "),
        Span(f"{WRONG[::-1]}{gap}wrong"),
    ]  # fmt: skip
    return _ended(dots, columns, f"  blue above {middle}, orange below", f"  blue above {middle}")


def _ended(spans: list[Span], columns: int, *ends: str) -> Line:
    """The line with the first of the ends for which there is room, or with none."""
    room = columns - length(spans)
    return line(*spans, *[Span(end, "dim") for end in ends if width(end) <= room][:1])
