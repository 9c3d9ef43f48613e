"""The frame of the graph: the forward phases along its top edge, the backward ones along its bottom edge."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from tui_backprop.core.run.moment import Moment, Phase, phases
from tui_backprop.core.run.place import phase_label
from tui_backprop.render.graph.flow import Direction
from tui_backprop.render.graph.plan import Column
from tui_backprop.render.spans import Line, Span, width

_LEAST_LINK = 3
"""Cells between two phases: a blank, an arrow head, a blank."""
_WORDS = {Direction.FORWARD: ("forward",), Direction.BACKWARD: ("backward", "back")}
"""What a rail begins with, if it fits."""


class _Stop(NamedTuple):
    """A phase on the rail, around the cell `centre`."""

    phase: Phase
    label: str
    centre: int


def rails(moment: Moment, plan: Sequence[Column], columns: int, frame: str) -> tuple[Line, Line]:
    """The top and the bottom line of a frame of `columns` cells around the graph, in the ink `frame`.

    Each phase stands at the column of the graph that it is about, as far as there is room. The present one is filled,
    those before it are highlighted, and so is the way between them, as long as it is the present direction. Where
    phases are left out, because there is no room or their layers are not shown, a `…` leads to them.
    """
    order = phases(moment.experiment.network.depth)
    now = order.index(moment.phase) if moment.step else -1
    forward, backward = _stops(moment, plan)

    def progress(stop: _Stop) -> int:
        return (order.index(stop.phase) < now) - (order.index(stop.phase) > now)

    turn = order.index(Phase("error"))
    top = _rail(forward, [progress(stop) for stop in forward], Direction.FORWARD, columns, order[:turn])
    bottom = _rail(backward, [progress(stop) for stop in backward], Direction.BACKWARD, columns, order[turn:][::-1])
    return (
        (Span("╭", frame), *_framed(top, frame), Span("╮", frame)),
        (Span("╰", frame), *_framed(bottom, frame), Span("╯", frame)),
    )


def _stops(moment: Moment, plan: Sequence[Column]) -> tuple[list[_Stop], list[_Stop]]:
    """The phases of the columns in sight, from left to right: forward, backward."""
    experiment, depth = moment.experiment, moment.experiment.network.depth
    units = {column.layer: column.centre for column in plan}
    edges = {above.layer: (below.right + above.left) // 2 for below, above in itertools.pairwise(plan)}
    forward: list[_Stop] = []
    backward: list[_Stop] = []
    for name in phases(depth):
        kind, layer = name.kind, name.layer
        centre = {
            "input": units.get(0), "sum": edges.get(layer, units.get(layer)), "activate": units.get(layer),
            "error": units.get(depth), "upstream": edges.get(layer + 1, units.get(layer)), "mask": units.get(layer),
            "gradient": edges.get(1, units.get(1)), "update": units.get(0),
        }[kind]  # fmt: skip
        if centre is not None:
            stop = _Stop(name, phase_label(name, experiment), centre)
            (forward if kind in ("input", "sum", "activate") else backward).append(stop)
    return forward, backward[::-1]


def _rail(
    stops: Sequence[_Stop], progress: Sequence[int], direction: Direction, columns: int, every: Sequence[Phase]
) -> list[Span | int]:
    """Spans, and numbers of cells of bare frame line: together `columns − 2` cells.

    `every` has the phases of that direction from left to right, with those that are out of sight.
    """
    room = columns - 2
    here, whole = 0 in progress, stops[0].phase == every[0]
    lead: list[Span | int] = []
    placed = None
    for word in _WORDS[direction] if room > 40 else ():
        placed = _placed(stops, len(word) + 5 - whole, room - 2)
        if placed is not None:
            lead = [1, Span(f" {word} ", direction.value if here else "dim", here)]
            break
    placed = placed or _placed(stops, 2, room - 2)
    if placed is None:
        stops, progress, placed = _window(stops, progress, room, direction)
    spans, at = lead, sum(_cells(part) for part in lead)
    for place, (stop, start) in enumerate(zip(stops, placed, strict=True)):
        link = start - at - 1
        if place == 0:
            spans += _more(every[: every.index(stop.phase)][-1:], link)
        else:
            passed = min(progress[place - 1 : place + 1]) >= 0
            ink, line = direction.value if passed and here else "dim", "━" if passed else "─"
            arrow = line * (link - 1)
            arrow = f"{arrow}▶" if direction is Direction.FORWARD else f"◀{arrow}"
            spans.append(Span(arrow, ink))
        spans.append(_label(stop, progress[place], direction))
        at = start + width(stop.label) + 1
    left_out = every[every.index(stops[-1].phase) + 1 :] if stops else ()
    return [*spans, *reversed(_more(left_out[:1], room - at))]


def _more(next_one: Sequence[Phase], cells: int) -> list[Span | int]:
    """An end of the rail: bare line, and a `…` for the phase that is out of sight there, if there is one."""
    if next_one and cells:
        return [Span("…", "label", True, target=f"to_phase('{next_one[0]}')"), cells - 1]
    return [cells]


def _label(stop: _Stop, progress: int, direction: Direction) -> Span:
    text, target = f" {stop.label} ", f"to_phase('{stop.phase}')"
    if progress == 0:
        return Span(text, direction.value, bold=True, selected=True, target=target)
    return Span(text, "text" if progress > 0 else "dim", target=target)


def _placed(stops: Sequence[_Stop], least: int, most: int) -> list[int] | None:
    """The first cell of each label: as near its centre as its neighbours allow, all from `least` to `most`."""
    starts, cursor = [], least
    for stop in stops:
        start = max(cursor, stop.centre - width(stop.label) // 2)
        starts.append(start)
        cursor = start + width(stop.label) + _LEAST_LINK
    limit = most
    for place in reversed(range(len(stops))):
        starts[place] = min(starts[place], limit - width(stops[place].label))
        limit = starts[place] - _LEAST_LINK
    return starts if starts and starts[0] >= least else None


def _window(
    stops: Sequence[_Stop], progress: Sequence[int], room: int, direction: Direction
) -> tuple[Sequence[_Stop], Sequence[int], list[int]]:
    """As many phases around the present one as there is room for, one after the other."""
    if not stops:
        return (), (), []
    ahead = 0 if direction is Direction.FORWARD and progress[0] < 0 else len(stops) - 1
    first = last = progress.index(0) if 0 in progress else ahead

    def starts() -> list[int]:
        found, cursor = [], 2
        for stop in stops[first : last + 1]:
            found.append(cursor)
            cursor += width(stop.label) + _LEAST_LINK
        return found if cursor - _LEAST_LINK <= room - 2 else []

    found = starts()
    for grow in ((0, 1), (-1, 0)) * len(stops):
        before = first, last
        first, last = max(0, first + grow[0]), min(len(stops) - 1, last + grow[1])
        if starts():
            found = starts()
        else:
            first, last = before
    return (stops[first : last + 1], progress[first : last + 1], found) if found else ((), (), [])


def _cells(part: Span | int) -> int:
    return part if isinstance(part, int) else width(part.text)


def _framed(parts: Sequence[Span | int], frame: str) -> list[Span]:
    return [Span("─" * part, frame) if isinstance(part, int) else part for part in parts]
