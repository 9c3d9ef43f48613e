"""A pulse along the edges: the marks of each of its frames, over a picture that stays the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.graph.edges import MOST_MARKED, edges
from tui_backprop.render.graph.flow import Direction, Flow
from tui_backprop.render.graph.picture import inside
from tui_backprop.render.graph.plan import Column, plan
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, width

PHASE_FRAMES, STEP_FRAMES = 7, 5
"""Frames of a phase's pulse; of a step's, in either direction."""
DOT = "●"

Frame = Mapping[tuple[int, int], Span]
"""What to put at (row, column) of the graph."""


def pulse(
    before: Moment, after: Moment, selection: Selection, columns: int, rows: int, maps: bool = False
) -> list[Frame]:
    """The frames between one moment and another: along one layer for a phase, forward and back for a step.

    Empty if there is more than that between them, or nothing flows.
    """
    shown = plan(after, selection, *inside(columns, rows), maps)
    if _next_phase(before, after):
        if after.phase.kind == "sum":
            return _along(after, shown, [after.phase.layer], Direction.FORWARD, PHASE_FRAMES, selection)
        if after.phase.kind == "upstream":
            return _along(after, shown, [after.phase.layer + 1], Direction.BACKWARD, PHASE_FRAMES, selection)
    elif _whole_step(before, after):
        depth = after.experiment.network.depth
        forward = _along(after, shown, range(1, depth + 1), Direction.FORWARD, STEP_FRAMES, selection)
        return forward + _along(after, shown, range(depth, 1, -1), Direction.BACKWARD, STEP_FRAMES, selection)
    return []


def is_step(before: Moment, after: Moment) -> bool:
    """Whether a pulse between the moments goes over the picture of the earlier one."""
    return not _next_phase(before, after) and _whole_step(before, after)


def over(lines: Sequence[Line], frame: Frame) -> list[Line]:
    """The picture with a frame's marks over it."""
    changed = {row for row, _ in frame}
    return [_with_marks(line, row, frame) if row in changed else line for row, line in enumerate(lines)]


def _with_marks(line: Line, row: int, frame: Frame) -> Line:
    spans: list[Span] = []
    column = 0
    for span in line:
        for character in span.text:
            spans.append(frame.get((row, column), span._replace(text=character)))
            column += width(character)
    return tuple(spans)


def _next_phase(before: Moment, after: Moment) -> bool:
    order = phases(after.experiment.network.depth)
    if not after.step or before.experiment is not after.experiment:
        return False
    place = order.index(after.phase)
    if place == 0:
        return before.complete and before.step + 1 == after.step
    return (before.step, before.phase) == (after.step, order[place - 1])


def _whole_step(before: Moment, after: Moment) -> bool:
    return after.complete and before.position + 1 == after.position and before.experiment is after.experiment


def _along(
    moment: Moment, shown: Sequence[Column], layers: Sequence[int], way: Direction, count: int, selection: Selection
) -> list[Frame]:
    """`count` frames of a pulse through the layers of edges, one after the other."""
    pairs = {above.layer: (below, above) for below, above in pairwise(shown)}
    found: list[Frame] = []
    for number in range(count if layers else 0):  # through a single layer nothing flows back
        progress = (number + 0.5) / count * len(layers)
        layer, share = layers[int(progress)], progress % 1
        frame: dict[tuple[int, int], Span] = {}
        if layer in pairs:
            carried = _carried(moment, layer, way)
            for edge in [edge for edge in edges(carried, selection, *pairs[layer]) if edge.strength][-MOST_MARKED:]:
                x0, x1 = edge.start[0], edge.end[0]
                x = round(x0 + (x1 - x0) * (share if way is Direction.FORWARD else 1 - share))
                frame[edge.at(x) + 1, x + 2] = Span(DOT, way.value, bold=True, target=edge.weight)
        found.append(frame)
    return found if any(found) else []


def _carried(moment: Moment, layer: int, way: Direction) -> Flow:
    """What flows through a layer in a direction, in the step that the moment belongs to."""
    passage = moment.passage
    assert passage is not None
    row = passage.sample(moment.shown)
    weights = moment.before.weights[layer - 1]
    with np.errstate(all="ignore"):
        if way is Direction.FORWARD:
            values = row.activation(layer - 1)[:, None] * weights
        else:
            values = weights * row.delta[layer - 1]
    return Flow(np.asarray(values), "", direction=way, moving=True)
