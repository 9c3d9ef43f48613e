"""A unit's numbers: `z ▷ a` along the signal, `δ ◁ ↑` along the error, and the gate between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import put
from tui_backprop.render.graph.plan import (
    BARE,
    FRAMED,
    GATE,
    MAPPED,
    PLAIN,
    THUMBED,
    Column,
    UnitSlot,
    has_gate,
    is_gated,
)
from tui_backprop.render.numbers import fixed, scale_of, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, length, line, width

if TYPE_CHECKING:
    from tui_backprop.render.graph.maps import Maps

_NUMBER = 7


class _Value(NamedTuple):
    """A number of a unit, the scale of its tone, and whether this phase brought it."""

    value: float | None
    scale: float = 1.0
    fresh: bool = False
    blank: bool = False

    def span(self, target: Unit, quiet: bool = False) -> Span:
        """The number in its tone; blank before anything has been computed."""
        if self.blank:
            return Span(" " * _NUMBER, target=target)
        ink = "dim" if quiet and self.value == 0 else tone(self.value, self.scale)
        return Span(fixed(self.value, _NUMBER), ink, self.fresh, target=target)


def write_units(
    cells: list[list[Span]], moment: Moment, selection: Selection, column: Column, frame: str, maps: Maps
) -> None:
    """Writes all units of a column over `cells`."""
    for slot, name in zip(column.slots, column.names, strict=True):
        target = Unit(column.layer, slot.first)
        chosen = _chosen(selection, column, slot)
        title = Span(name, "accent" if chosen else "label", True, chosen and isinstance(selection, Unit), target)
        for offset, spans in enumerate(_lines(moment, column, slot, title, frame, maps)):
            put(cells, slot.top + offset, column.left, spans)
    if column.hidden:
        put(cells, len(cells) - 1, column.left, line(Span(f"… {column.hidden} more", "label")))


def _chosen(selection: Selection, column: Column, slot: UnitSlot) -> bool:
    """Whether the selection is about a unit of the slot: the unit itself, or the one that a weight leads to."""
    if isinstance(selection, Weight) and selection.layer == column.layer + 1:
        return slot.holds(selection.row)
    return selection.layer == column.layer and slot.holds(selection.column)


def _lines(moment: Moment, column: Column, slot: UnitSlot, title: Span, frame: str, maps: Maps) -> Sequence[Line]:
    if column.form is PLAIN or column.form is FRAMED:
        return _full(moment, column, slot, title, frame)
    key, value = _newest(moment, column, slot)
    number = value.span(Unit(column.layer, slot.first))
    if not column.layer:
        return [(number,)] if column.form is BARE else [(title, Span(" "), number)]
    if column.form is BARE:
        return [line(Span(key, "label"), number, *_open(moment, column, slot)[1:])]
    named = line(title, Span(f" {key} ", "label"), number)
    if column.form in (MAPPED, THUMBED):
        return _mapped(moment, column, slot, named, maps[column.layer, slot.first])
    return [(*named, *_open(moment, column, slot))]


def _mapped(moment: Moment, column: Column, slot: UnitSlot, named: Line, drawn: Sequence[Line]) -> Sequence[Line]:
    """A map, below the unit's name and number or beside its name, and behind it the gate, where it can be shut."""
    gate = _gate(moment, column.layer, slot.first) if is_gated(moment.experiment, column.layer) else None
    if column.form is THUMBED:
        title, blank = named[0], Span(" " * width(named[0].text))
        rows = gate.without_caps() if gate else ((), ())
        return [line(name, " ", *row, *passage) for name, row, passage in zip((title, blank), drawn, rows, strict=True)]
    rows = gate.rows if gate else ((), ())
    aside = (Span(" " * (column.cells - GATE - length(drawn[0]))),) if gate else ()
    top, bottom = _CAPS if gate and gate.capped else ((), ())
    return [
        (*named, *top),
        *((*row, *aside, *passage) for row, passage in zip(drawn, (*rows, bottom), strict=True)),
    ]


def _full(moment: Moment, column: Column, slot: UnitSlot, title: Span, frame: str) -> Sequence[Line]:
    """Two rows, `z ▷ a` and `δ ◁ ↑`; in a form with a frame, that around them."""
    layer, unit, target = column.layer, slot.first, Unit(column.layer, slot.first)
    values = _values(moment, layer, unit)
    gate = _gate(moment, layer, unit) if has_gate(moment.experiment, layer) else _NO_GATE
    left, right = list(values)[:2], list(values)[2:]
    passages = gate.rows if column.form is FRAMED else gate.without_caps()
    rows = [
        line(
            Span(f"{left[row]} ", "label"), values[left[row]].span(target), *passages[row],
            Span(f"{right[row]} ", "label"), values[right[row]].span(target, quiet=gate.barrier and row == 0),
        )
        for row in (0, 1)
    ]  # fmt: skip
    if column.form is PLAIN:
        blank = Span(" " * width(title.text))
        return [line(title, Span(" "), *rows[0]), line(blank, Span(" "), *rows[1])]
    inner = column.cells - 2
    name = title._replace(text=title.text.strip())
    edge = "warn" if gate.capped else frame
    before, after = 2 + _NUMBER + 1 + 1, inner - 3 - (2 + _NUMBER + 1 + 1)
    top = [Span("╭─ ", edge), name, Span(" ", edge)]
    used = 3 + width(name.text)
    if gate.capped and used <= before:
        top += [Span("─" * (before - used), edge), Span("▄▄▄", "warn"), Span("─" * after + "╮", edge)]
        bottom = line(Span("╰" + "─" * before, edge), Span("▀▀▀", "warn"), Span("─" * after + "╯", edge))
    else:
        top.append(Span("─" * (inner - used) + "╮", edge))
        bottom = line(Span("╰" + "─" * inner + "╯", edge))
    side = Span("│", edge)
    return [line(*top), *(line(side, Span(" "), *row, Span(" "), side) for row in rows), bottom]


class _Gate(NamedTuple):
    """What stands between the numbers of the two rows: five cells, or one where there is no gate."""

    rows: tuple[Line, Line]
    barrier: bool = False
    capped: bool = False
    """Whether the barrier goes on above and below, where there is room."""

    def without_caps(self) -> tuple[Line, Line]:
        """The rows where a barrier ends with them."""
        upper, lower = self.rows
        return tuple(span._replace(text=_WITHOUT_CAP.get(span.text, span.text)) for span in upper), lower


_NO_GATE = _Gate((line(" "), line(" ")))
_BLANK = line(" " * GATE)
_CAPS = line(" ", Span("▄▄▄", "warn")), line(" ", Span("▀▀▀", "warn"))
"""The ends of a barrier above and below its two rows, within a gate's cells."""
_SOLID = (Span("███", "warn"),)
_CROSSED = (Span("█", "warn"), Span("✕", "sign|warn", True), Span("█", "warn"))
_CLOSED = _Gate((_BLANK, line(Span("shut ", "text", True))), barrier=True)
_WITHOUT_CAP = {"███": "▇▇▇", "█": "▇"}
"""What keeps a barrier apart from the one above."""


def _gate(moment: Moment, layer: int, unit: int) -> _Gate:
    """What is between z and a. Only the present direction is highlighted; a shut gate is a barrier.

    The cross in the upper row, with the arrow that ends there, says that the signal was stopped; the one in the lower
    row, that the error was. While the error has only arrived, at ↑, words say which gates it will find open.
    """
    known, passed = moment.reached(f"activate{layer}"), _masked(moment, layer)
    z, mask = moment.sum(layer), moment.mask(layer)
    backward = moment.phase.backward
    if not known or z is None:
        return _Gate((_BLANK, _BLANK))
    activation = moment.experiment.network.activation(layer)
    upstream = moment.upstream(layer) if layer < moment.experiment.network.depth else None
    arrived = passed and (upstream is None or upstream[unit] != 0)
    shut = activation.gated and not z[unit] > 0
    waits = backward and not passed
    if shut and activation.shut == 0:
        if waits:
            return _CLOSED
        above, below = (_SOLID, _CROSSED) if passed else (_CROSSED, _SOLID)
        signal = Span(" ") if backward else Span("▶", "signal", moment.phase == f"activate{layer}")
        error = Span("◀", "error", moment.phase == f"mask{layer}") if arrived else Span(" ")
        return _Gate(((signal, *above, Span(" ")), (Span(" "), *below, error)), barrier=True, capped=True)
    leaks = f"×{activation.shut:.2g}"[:GATE].center(GATE) if shut else ""
    upper = lower = _BLANK
    if not backward:
        here = moment.phase == f"activate{layer}"
        upper = (Span(leaks or ("━━▶━━" if here else " ─▶─ "), "signal", here),)
    elif waits and activation.gated:
        lower = (Span(leaks or "open ", "dim"),)
    if arrived and mask is not None:
        here = moment.phase == f"mask{layer}"
        lower = (Span(leaks or ("━━◀━━" if here else " ─◀─ "), "error", here),)
    return _Gate((upper, lower))


def _masked(moment: Moment, layer: int) -> bool:
    """Whether the error has been through the gate, or been stopped by it."""
    depth = moment.experiment.network.depth
    return moment.reached("error" if layer == depth else f"mask{layer}")


def _values(moment: Moment, layer: int, unit: int) -> dict[str, _Value]:
    """The four numbers of a unit by their letters: left above and below, right above and below."""

    def entry(array: Array | None, phase: str) -> _Value:
        value = None if array is None else float(array[unit])
        return _Value(value, scale_of(array), moment.phase == phase, blank=not moment.step)

    z = entry(moment.sum(layer), f"sum{layer}")
    if layer == moment.experiment.network.depth:
        return {
            "z": z,
            "δ": entry(moment.delta(layer), "error"),
            "ŷ": entry(moment.prediction, f"activate{layer}"),
            "t": entry(moment.target, "error"),
        }
    return {
        "z": z,
        "δ": entry(moment.delta(layer), f"mask{layer}"),
        "a": entry(moment.activation(layer), f"activate{layer}"),
        "↑": entry(moment.upstream(layer), f"upstream{layer}"),
    }


def _newest(moment: Moment, column: Column, slot: UnitSlot) -> tuple[str, _Value]:
    """The letter and the number that was computed last; for several units, their mean."""
    layer, depth = column.layer, moment.experiment.network.depth
    key, array, phase = "x", moment.activation(0), "input"
    if layer:
        hidden = layer < depth
        stages = [
            ("z", moment.sum(layer), f"sum{layer}"),
            ("a" if hidden else "ŷ", moment.activation(layer) if hidden else moment.prediction, f"activate{layer}"),
            ("↑", moment.upstream(layer) if hidden else None, f"upstream{layer}"),
            ("δ", moment.delta(layer) if hidden or moment.phase.backward else None, f"mask{layer}"),
        ]
        known = [stage for stage in stages if stage[1] is not None]
        key, array, phase = known[-1] if known else stages[0]
    if array is None:
        return key, _Value(None, blank=not moment.step)
    with np.errstate(all="ignore"):
        means = np.array(
            [array[other.units].mean() if other.count > 1 else array[other.first] for other in column.slots]
        )
    return key, _Value(float(means[column.slots.index(slot)]), scale_of(means), moment.phase == phase)


def _open(moment: Moment, column: Column, slot: UnitSlot) -> Line:
    """After a number without a frame: whether its gate is shut; for several units, how many are open."""
    if not column.layer:
        return ()
    z, layer = moment.sum(column.layer), column.layer
    activation = moment.experiment.network.activation(layer)
    if z is None or not activation.gated:
        return ()
    if not moment.reached(f"activate{layer}"):
        return ()
    opened = int((z[slot.units] > 0).sum())
    if not opened and activation.shut == 0:
        waits = moment.phase.backward and not _masked(moment, layer)
        return (Span(" "), Span("✕", "warn" if waits else "sign|warn", True))
    if not opened:
        return (Span(" "), Span("╌", "warn"))
    return () if slot.count == 1 else (Span(f" {opened}/{slot.count}", "dim"),)
