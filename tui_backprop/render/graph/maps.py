"""A small map in each unit: its output over the plane of two inputs."""

from __future__ import annotations

from collections.abc import Sequence

from tui_backprop.core.diagnostics.surface import over_plane, plane_of
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.canvas import joined
from tui_backprop.render.graph.plan import MAPPED, THUMBED, Column, map_size
from tui_backprop.render.spans import Line
from tui_backprop.render.views.shades import Shading, shaded
from tui_backprop.render.views.surface import map_of

Maps = dict[tuple[int, int], Sequence[Line]]
"""The lines of each unit's map, by layer and unit."""


def unit_maps(moment: Moment, shown: Sequence[Column], shading: Shading) -> Maps:
    """The maps of all visible units that have room for one."""
    found: Maps = {}
    plane = plane_of(moment.ahead.data)
    for column in shown:
        if column.form not in (MAPPED, THUMBED) or not column.layer:
            continue
        columns, rows = map_size(column.form)
        values = over_plane(moment, plane, columns, rows * shading.points)[column.layer - 1]
        for slot in column.slots:
            levels = map_of(moment, values[:, :, slot.first], column.layer, slot.first).levels(shading)
            found[column.layer, slot.first] = [joined(row) for row in shaded(levels, shading)]
    return found
