"""Where the panes are: each takes what its content needs, and the graph gets the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tui_backprop.lessons import VIEWS

FRAME = (4, 2)
"""Columns and rows of a frame: its lines, and a blank column inside on each side."""
LEAST_GRAPH = 8
"""The graph needs this many rows, with its frame, to be worth its place."""
SURFACE = "surface"
"""The view that stands beside the graph."""
TIGHT = 86
"""With fewer columns, frames have no blank column inside."""
_LINE_COST, _CUT_ROW_COST, _HIDDEN_COST, _FRONT_COST = 0.5, 1.5, 1.6, 6.0
_GRAPH_WEIGHT = 2.0
MOST_BLANK = 4
"""Blank rows beyond these are room that another pane could use."""


class Place(NamedTuple):
    """A pane's region: left column, top row, columns, rows, with its frame."""

    left: int
    top: int
    columns: int
    rows: int


class Want(NamedTuple):
    """The size that a pane's content needs, without its frame, and the smallest useful one."""

    columns: int
    rows: int
    least_columns: int = 16
    least_rows: int = 3
    stretches: bool = False
    """Whether it can use more room than it needs."""
    narrower: tuple[tuple[int, int], ...] = ()
    """Fewer columns that it can fill, widest first, and the rows that it needs then."""

    def rows_in(self, columns: int) -> int:
        """The rows that it needs in that many columns."""
        return next(
            (rows for least, rows in ((self.columns, self.rows), *self.narrower) if least <= columns), self.rows
        )


Stack = tuple[str, ...]
"""Panes below each other."""
Band = tuple[Stack, ...]
"""Stacks side by side."""


def arrange(columns: int, rows: int, wants: Mapping[str, Want], front: str) -> dict[str, Place]:
    """The places of the panes of `wants`, and of "line" if the error gets only a line.

    Views other than the surface take the inspector's place; the surface is beside the graph. Of all ways
    to stack the panes below the graph, the one that cuts and wastes least is used. One of them has only the pane
    `front`, and a "bar" with the names of the others.
    """
    views = [name for name in wants if name in VIEWS and name != SURFACE]
    beside = {name: want for name, want in wants.items() if not (views and name == "inspector")}
    ways = [_placed(bands, columns, rows, beside) for bands in _ways(beside)]
    ways.append(_in_turn(columns, rows, wants, front))
    return min(ways, key=lambda way: _cost(way, columns, beside, front))


def _in_turn(columns: int, rows: int, wants: Mapping[str, Want], front: str) -> dict[str, Place]:
    front = "matrices" if front == "network" else front
    below = max(6, min(wants[front].rows + FRAME[1], rows - 2 - LEAST_GRAPH, rows // 2))
    top = rows - 2 - below
    return {
        **_top(columns, top, {name: want for name, want in wants.items() if name != SURFACE}),
        "bar": Place(0, top, columns, 1),
        front: Place(0, top + 1, columns, below),
        "line": Place(0, rows - 1, columns, 1),
    }


def _ways(wants: Mapping[str, Want]) -> Iterator[tuple[Band, ...]]:
    """The possible bands of panes below the graph."""
    tops = [(name,) for name in wants if name not in ("network", SURFACE, "matrices", "samples", "error")]
    yield ((*tops, ("matrices", "samples"), ("error",)),)
    yield ((*tops, ("matrices",), ("samples",), ("error",)),)
    if SURFACE not in wants:  # it would be too low
        yield ((*tops, ("matrices", "samples", "error")),)
    yield ((*tops, ("matrices", "samples")),)
    yield ((*tops, ("matrices",), ("samples",)),)
    yield ((*tops, ("matrices",)), (("samples",), ("error",)))
    yield ((*tops, ("samples",)), (("matrices",), ("error",)))
    yield (
        (tuple(tops), (("matrices",), ("samples",)), (("error",),))
        if len(tops) > 1
        else (
            (*tops,),
            (("matrices",), ("samples",), ("error",)),
        )
    )


def frame(columns: int) -> tuple[int, int]:
    """Columns and rows that a pane's frame takes on a screen of that many columns."""
    return (2 if columns < TIGHT else FRAME[0], FRAME[1])


def _placed(bands: Sequence[Band], columns: int, rows: int, wants: Mapping[str, Want]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    line = 0 if any("error" in stack for band in bands for stack in band) else 1
    widths = [_widths(band, columns, wants) for band in bands]
    inner = frame(columns)[0]
    heights = [
        max(
            sum(wants[name].rows_in(width - inner) + FRAME[1] for name in stack)
            for stack, width in zip(band, of_stacks, strict=True)
        )
        for band, of_stacks in zip(bands, widths, strict=True)
    ]
    least = [max(sum(wants[name].least_rows + FRAME[1] for name in stack) for stack in band) for band in bands]
    room = rows - line - max(LEAST_GRAPH, min(wants["network"].rows, rows // 2))
    heights = _shared(room, heights, least)
    top = rows - line - sum(heights)
    places.update(_top(columns, top, wants))
    for band, of_stacks, height in zip(bands, widths, heights, strict=True):
        places.update(_of_band(band, top, of_stacks, height, inner, wants))
        top += height
    if line:
        places["line"] = Place(0, rows - 1, columns, 1)
    return places


def _top(columns: int, rows: int, wants: Mapping[str, Want]) -> dict[str, Place]:
    """The graph, and to its right the surface, about as wide as it looks high."""
    if SURFACE not in wants:
        return {"network": Place(0, 0, columns, rows)}
    extra, graph = frame(columns)[0], wants["network"]
    least = wants[SURFACE].least_columns + extra
    useful = (graph.least_columns, *(fewer for fewer, _ in graph.narrower if fewer + extra + least <= columns))
    beside = max(least, min(2 * rows, columns // 2, columns - max(useful) - extra))
    return {
        "network": Place(0, 0, columns - beside, rows),
        SURFACE: Place(columns - beside, 0, beside, rows),
    }


def _shared(room: int, wanted: Sequence[int], least: Sequence[int]) -> list[int]:
    """What each gets of `room`: what it wants if there is enough, else its minimum and a share of what is left."""
    if sum(wanted) <= room:
        return list(wanted)
    spare = room - sum(least)
    if spare <= 0:
        shares = [max(0, room * part // max(1, sum(least))) for part in least]
    else:
        asked = [max(0, want - part) for want, part in zip(wanted, least, strict=True)]
        total = max(1, sum(asked))
        shares = [part + spare * ask // total for part, ask in zip(least, asked, strict=True)]
    for place in range(len(shares)):  # the remainder of the division
        if sum(shares) >= room:
            break
        shares[place] += 1
    return shares


def _of_band(
    band: Band, top: int, widths: Sequence[int], rows: int, extra: int, wants: Mapping[str, Want]
) -> dict[str, Place]:
    places, left = {}, 0
    for stack, width in zip(band, widths, strict=True):
        wanted_rows = [wants[name].rows_in(width - extra) + FRAME[1] for name in stack]
        heights = _shared(rows, wanted_rows, [wants[name].least_rows + FRAME[1] for name in stack])
        heights[-1] += rows - sum(heights)
        at = top
        for name, height in zip(stack, heights, strict=True):
            places[name] = Place(left, at, width, height)
            at += height
        left += width
    return places


def _widths(band: Band, columns: int, wants: Mapping[str, Want]) -> list[int]:
    """The columns of each stack; what a pane alone in its stack could not fill goes to those that want more."""
    extra = frame(columns)[0]
    wanted = [max(wants[name].columns for name in stack) + extra for stack in band]
    least = [max(wants[name].least_columns for name in stack) + extra for stack in band]
    widths = _shared(columns, wanted, least)
    greedy = [place for place, stack in enumerate(band) if any(wants[name].stretches for name in stack)]
    for place, stack in enumerate(band):
        short = wanted[place] - widths[place]
        yielding = [other for other in greedy if other != place]
        if wants[stack[0]].narrower and 0 < short <= sum(widths[other] - least[other] for other in yielding):
            for other in yielding:  # what can use any room gives way to what would fill it
                given = min(short, widths[other] - least[other])
                widths[other], widths[place], short = widths[other] - given, widths[place] + given, short - given
        fills = [fewer + extra for fewer, _ in wants[stack[0]].narrower if fewer + extra <= widths[place]]
        if len(stack) == 1 and fills and widths[place] < wanted[place]:
            widths[place] = wanted[place] = fills[0]
    for place, want in enumerate(wanted):
        widths[place] += min(max(0, columns - sum(widths)), max(0, want - widths[place]))
    spare = columns - sum(widths)
    greedy = greedy or list(range(len(band)))
    for turn in range(spare):
        widths[greedy[turn % len(greedy)]] += 1
    return widths


def _cost(places: Mapping[str, Place], columns: int, wants: Mapping[str, Want], front: str) -> float:
    """How much is cut, and, far less, how much is wasted."""
    extra = frame(columns)
    cost = _LINE_COST if "line" in places else 0.0
    for name, want in wants.items():
        if name not in places:
            cost += _FRONT_COST if name == front and front != "network" else 0.0 if name == "error" else _HIDDEN_COST
            continue
        place = places[name]
        inner = (place.columns - extra[0], place.rows - extra[1])
        needed = want.rows_in(inner[0])
        weight = _GRAPH_WEIGHT if name == "network" else 1.0
        cost += weight * max(0, want.columns - inner[0]) / want.columns
        cost += weight * _CUT_ROW_COST * max(0, needed - inner[1]) / needed
        if inner[0] < want.least_columns or inner[1] < want.least_rows:
            cost += 5.0
        if not want.stretches:
            blank = max(0, inner[1] - needed)
            cost += 0.02 * blank + 0.15 * max(0, blank - MOST_BLANK) + 0.002 * max(0, inner[0] - want.columns)
    return cost
