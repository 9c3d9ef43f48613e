"""Where the units of a graph are: each has one or more rows, or, if there are many, several share a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import safe, width

LEAST_GAP = 7
"""With fewer cells between two layers, edges cannot be distinguished."""
ROOMY_GAP = 22
"""With at least this many cells between two layers, frames around units are worth their room."""
FAIR_GAP = 14
"""Cells between two layers from which whole names are worth more than frames."""
LEAST_GROUPED = 8
"""With fewer rows, groups of units would be too large to mean much: some units are shown, and the rest counted."""
_NAMES = (48, 24, 12, 8, 6)
"""The most cells of a name, tried in this order."""


@dataclass(frozen=True, eq=False)
class Form:
    """How a unit is drawn: its rows, the row of what it computes, and that of the error that reaches it.

    `signal` and `error` count from its top row; in a form of one row they are the same.
    """

    rows: int
    signal: int = 0
    error: int = 0


FRAMED, PLAIN, TINY, BARE = Form(4, 1, 2), Form(2, 0, 1), Form(1), Form(1)
FORMS = (FRAMED, PLAIN, TINY, BARE)
"""From the largest: in a frame, in two rows, a name and its newest number, that number with its letter."""
MAPPED, THUMBED = Form(4, 1, 2), Form(2, 0, 1)
MAPS = (MAPPED, THUMBED, TINY, BARE)
"""The same where each unit has a map of the plane: below its name and newest number, or beside its name."""
_MAP_SIZES = {MAPPED: (12, 3), THUMBED: (8, 2)}
GATE = 5
"""Cells of the gate between z and a, or behind a map."""


def map_size(form: Form) -> tuple[int, int]:
    """Columns and rows of a unit's map."""
    return _MAP_SIZES[form]


@dataclass(frozen=True)
class UnitSlot:
    """The place of a unit, or of `count` neighbours from `first` on, at row `top`."""

    first: int
    count: int
    top: int

    @property
    def units(self) -> slice:
        """The units of the slot in their layer."""
        return slice(self.first, self.first + self.count)

    def holds(self, unit: int) -> bool:
        """Whether the unit has this place."""
        return self.first <= unit < self.first + self.count


class Column(NamedTuple):
    """A layer of the graph: its form, its slots from top to bottom, its names as shown, and where it stands."""

    layer: int
    form: Form
    slots: tuple[UnitSlot, ...]
    names: tuple[str, ...]
    """One for each slot, all of the same width."""
    cells: int
    hidden: int = 0
    """How many units are not shown."""
    left: int = 0

    @property
    def right(self) -> int:
        """The first cell after it."""
        return self.left + self.cells

    @property
    def centre(self) -> int:
        """The cell in the middle of it."""
        return self.left + self.cells // 2

    def signal_row(self, slot: UnitSlot) -> int:
        """The row in which a signal enters and leaves."""
        return slot.top + self.form.signal

    def error_row(self, slot: UnitSlot) -> int:
        """The row in which an error enters and leaves."""
        return slot.top + self.form.error


def plan(moment: Moment, selection: Selection, columns: int, rows: int, maps: bool = False) -> tuple[Column, ...]:
    """The layers shown, left to right: as many around the phase's as fit into `columns`, each in `rows` rows.

    With `maps` units have one each, where there is room.
    """
    phase, depth = moment.phase, moment.experiment.network.depth
    centre = {"input": 0, "update": 0, "error": depth}.get(phase.kind, max(phase.layer, 1))
    return _planned(moment.experiment, selection, columns, rows, maps, centre)


@lru_cache(maxsize=2)  # the places stay from moment to moment
def _planned(
    experiment: Experiment, selection: Selection, columns: int, rows: int, maps: bool, centre: int
) -> tuple[Column, ...]:
    layers = range(len(experiment.network.units))
    forms = MAPS if maps else FORMS
    for form, most, least in _ways(forms):
        shown = [_column(experiment, selection, layer, rows, forms[forms.index(form) :], most) for layer in layers]
        nameless = form is BARE and any(slot.count > 1 for column in shown for slot in column.slots)
        if not nameless and sum(column.cells for column in shown) + least * (len(shown) - 1) <= columns:
            return _spread(shown, columns)
    shown = [_column(experiment, selection, layer, rows, (TINY, BARE), _NAMES[-2]) for layer in layers]
    return _spread(_around(centre, shown, columns), columns)


def _ways(forms: Sequence[Form]) -> Iterator[tuple[Form, int, int]]:
    """The largest form, the most cells of a name and the least gap: the best first, whole names before frames."""
    for form in forms:
        for most in _NAMES:
            yield form, most, ROOMY_GAP if form is FRAMED else LEAST_GAP
            if form is FRAMED:
                yield PLAIN, most, FAIR_GAP


def _column(
    experiment: Experiment, selection: Selection, layer: int, rows: int, forms: Sequence[Form], most: int
) -> Column:
    """A layer in the first form that fits, its names in at most `most` cells; the last form has no names."""
    units = experiment.network.units[layer]
    names = [safe(name) for name in experiment.unit_names(layer)]
    forms = forms[:-1] or forms
    form = next((form for form in forms if layer and form.rows * units <= rows), forms[-1])
    if units > rows and rows > LEAST_GROUPED:
        size = -(-units // rows)
        starts = range(0, units, size)
        counts = [min(size, units - start) for start in starts]
        names = [_span_name(names, start, start + count - 1) for start, count in zip(starts, counts, strict=True)]
        hidden = 0
    else:
        fitting = max(1, min(units, rows // form.rows if units * form.rows <= rows else (rows - 1) // form.rows))
        first = min(max(0, _wanted(selection, layer) - fitting + 1), units - fitting)
        starts, counts, hidden = range(first, first + fitting), [1] * fitting, units - fitting
        names = names[first : first + fitting]
    room = rows - bool(hidden)
    slot_rows = room / len(counts)
    if slot_rows < form.rows + 1 <= (room + 1) / len(counts):  # there is just room for a blank row between two
        slot_rows = form.rows + 1
    tops = [int(place * slot_rows + (slot_rows - form.rows) / 2) for place in range(len(counts))]
    slots = tuple(UnitSlot(*entry) for entry in zip(starts, counts, tops, strict=True))
    column = Column(layer, form, slots, tuple(shorten(names, most)), 0, hidden)
    return column._replace(cells=_cells(experiment, column))


def _cells(experiment: Experiment, column: Column) -> int:
    """How wide a column of units is; `units.write_units` fills it."""
    layer, form = column.layer, column.form
    name = width(column.names[0]) + 1
    if not layer:
        return 7 if form is BARE else name + 7
    gated = is_gated(experiment, layer)
    if form is BARE:
        return 8 + gated
    if form is MAPPED:
        return max(map_size(form)[0], name + 2 + 7) + GATE * gated
    if form is THUMBED:
        return name + map_size(form)[0] + GATE * gated
    if form is TINY:
        grouped = max(slot.count for slot in column.slots)
        return name + 2 + 7 + gated * (2 if grouped == 1 else len(f" {grouped}/{grouped}"))
    inner = 9 + (GATE if has_gate(experiment, layer) else 1) + 9
    return inner + 4 if form is FRAMED else name + inner


def thumbed_columns(experiment: Experiment) -> int:
    """How wide a graph is, without its frame, in which each unit has its name and a small map."""
    network = experiment.network
    names = [
        min(_NAMES[-1], max(width(safe(name)) for name in experiment.unit_names(layer))) + 1
        for layer in range(len(network.units))
    ]
    gates = GATE * sum(ACTIVATIONS[name].gated for name in network.activations)
    return names[0] + 7 + sum(LEAST_GAP + name + map_size(THUMBED)[0] for name in names[1:]) + gates


def has_gate(experiment: Experiment, layer: int) -> bool:
    """Whether something stands between z and a: an activation that is not the identity."""
    return not experiment.network.activation(layer).linear


def is_gated(experiment: Experiment, layer: int) -> bool:
    """Whether that can be shut: an activation in two straight pieces."""
    return experiment.network.activation(layer).gated


def _wanted(selection: Selection, layer: int) -> int:
    """The unit of a layer that must be visible."""
    if isinstance(selection, Weight) and selection.layer == layer + 1:
        return selection.row
    return selection.column if selection.layer == layer else 0


def _around(centre: int, every: Sequence[Column], columns: int) -> list[Column]:
    """The stretch around a layer for which there is room."""
    first = last = centre
    room = columns - every[first].cells
    while True:
        if first > 0 and every[first - 1].cells + LEAST_GAP <= room:
            first -= 1
            room -= every[first].cells + LEAST_GAP
        elif last < len(every) - 1 and every[last + 1].cells + LEAST_GAP <= room:
            last += 1
            room -= every[last].cells + LEAST_GAP
        else:
            return [*every[first : last + 1]]


def _spread(shown: Sequence[Column], columns: int) -> tuple[Column, ...]:
    """The columns from the left edge to the right one, with gaps of the same size between them."""
    gap = (columns - sum(column.cells for column in shown)) / max(1, len(shown) - 1)
    lefts = accumulate((column.cells + gap for column in shown[:-1]), initial=0.0)
    return tuple(column._replace(left=max(0, round(left))) for column, left in zip(shown, lefts, strict=True))


def _span_name(names: Sequence[str], first: int, last: int) -> str:
    """`h1–4`: the first unit's name, and the last one's number where names only count."""
    start, end = names[first], names[last]
    if first == last:
        return start
    stem = start.rstrip("0123456789")
    return f"{start}–{end[len(stem) :]}" if end.startswith(stem) and end != stem else f"{start}…"


def shorten(names: Sequence[str], most: int) -> list[str]:
    """The names padded to one width of at most `most` cells; those that are cut stay different from each other.

    A name is cut at its end if it still differs from the others then, else in the middle, or else it is numbered.

    >>> shorten(["district=north", "district=west"], 9)
    ['dis…north', 'dist…west']
    """
    cells = min(max(map(width, names)), most)
    found = [name if width(name) <= cells else _head(name, cells - 1) + "…" for name in names]
    if len(set(found)) < len(set(names)):
        found = [name if width(name) <= cells else _middle(name, cells) for name in names]
    if len(set(found)) < len(set(names)):
        numbers = [f"…{number}" for number in range(1, len(names) + 1)]
        found = [_head(name, cells - len(number)) + number for name, number in zip(names, numbers, strict=True)]
    return [name + " " * (cells - width(name)) for name in found]


def _head(text: str, cells: int) -> str:
    while text and width(text) > cells:
        text = text[:-1]
    return text


def _middle(text: str, cells: int) -> str:
    """The name's beginning, and as much of its end as is likely to tell names apart."""
    end = text[-((cells + 1) // 2) :]
    for separator in "=_ .-":
        tail = text.rpartition(separator)[2]
        if tail and width(tail) <= cells - 2:
            end = tail
            break
    while end and width(end) > cells - 2:
        end = end[1:]
    return _head(text, cells - 1 - width(end)) + "…" + end
