"""Whatever is rendered stays within its pane, for any network at any moment in any size."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.moments import SIZES, assert_within, moments, selections
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.breadcrumb import counters, path
from tui_backprop.render.error import error, error_line
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.inspector import inspect
from tui_backprop.render.matrices import matrices
from tui_backprop.render.matrix_table import View
from tui_backprop.render.narration import sentence
from tui_backprop.render.samples import samples
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import safe
from tui_backprop.render.views.collapse import collapse
from tui_backprop.render.views.gates import gates
from tui_backprop.render.views.health import health
from tui_backprop.render.views.interference import interference
from tui_backprop.render.views.landscape import landscape
from tui_backprop.render.views.page import ViewPage
from tui_backprop.render.views.pulls import pulls
from tui_backprop.render.views.shades import Shading
from tui_backprop.render.views.slope import slope
from tui_backprop.render.views.surface import surface

ANY = moments(hostile=True)
TIMES = settings(max_examples=25)


@TIMES
@given(st.data(), ANY, SIZES)
def test_the_network_stays_within_its_pane(data: st.DataObject, moment: Moment, size: tuple[int, int]) -> None:
    selection = data.draw(selections(moment.experiment))
    assert_within(graph(moment, selection, *size), *size)


@pytest.mark.parametrize("view", View)
@TIMES
@given(data=st.data(), moment=ANY, size=SIZES)
def test_the_matrices_stay_within_their_pane(
    view: View, data: st.DataObject, moment: Moment, size: tuple[int, int]
) -> None:
    selection = data.draw(selections(moment.experiment))
    assert_within(matrices(moment, selection, view, *size), *size)


@TIMES
@given(ANY, SIZES)
def test_the_samples_stay_within_their_pane(moment: Moment, size: tuple[int, int]) -> None:
    assert_within(samples(moment, *size), *size)


@TIMES
@given(ANY, SIZES)
def test_the_error_stays_within_its_pane(moment: Moment, size: tuple[int, int]) -> None:
    assert_within(error(moment, *size), *size)
    assert_within([error_line(moment, size[0])], size[0], 1)


@TIMES
@given(ANY, SIZES)
def test_the_head_stays_within_the_screen(moment: Moment, size: tuple[int, int]) -> None:
    assert_within([path(moment, size[0]), counters(moment, size[0])], size[0], 2)
    assert "\n" not in sentence(moment)


@pytest.mark.parametrize("view", [gates, pulls, collapse, interference, health, slope])
@TIMES
@given(data=st.data(), moment=ANY, size=SIZES, scroll=st.integers(-30, 30))
def test_the_views_stay_within_their_panes(
    view: Callable[[Moment, Selection, int], ViewPage],
    data: st.DataObject,
    moment: Moment,
    size: tuple[int, int],
    scroll: int,
) -> None:
    selection = data.draw(selections(moment.experiment))
    lines, scrolled = view(moment, selection, size[0]).lines(*size, scroll)
    assert_within(lines, *size)
    assert abs(scrolled) <= abs(scroll)


@pytest.mark.parametrize("shading", Shading)
@TIMES
@given(data=st.data(), moment=ANY, size=SIZES)
def test_the_surface_stays_within_its_pane(
    shading: Shading, data: st.DataObject, moment: Moment, size: tuple[int, int]
) -> None:
    selection = data.draw(selections(moment.experiment))
    assert_within(surface(moment, selection, *size, shading), *size)


@TIMES
@given(st.data(), ANY, st.integers(4, 200))
def test_the_inspector_stays_within_its_columns(data: st.DataObject, moment: Moment, columns: int) -> None:
    selection = data.draw(selections(moment.experiment))
    lines = inspect(moment, selection, columns).lines
    assert_within(lines, columns, len(lines))
    assert safe(selection.name(moment.experiment)).isprintable()


@pytest.mark.parametrize("shading", Shading)
@TIMES
@given(data=st.data(), moment=ANY, size=SIZES, other=st.integers(0, 30))
def test_the_loss_surface_stays_within_its_pane(
    shading: Shading, data: st.DataObject, moment: Moment, size: tuple[int, int], other: int
) -> None:
    selection = data.draw(selections(moment.experiment))
    assert_within(landscape(moment, selection, other, *size, shading), *size)
