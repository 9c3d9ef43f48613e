"""Whatever is rendered stays within its pane, for any network at any moment in any size."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.render.moments import SIZES, assert_within, moments, selections
from tui_backprop.core.phases import Moment
from tui_backprop.render.breadcrumb import counters, path
from tui_backprop.render.error import error, error_line
from tui_backprop.render.inspector import inspect, name_of
from tui_backprop.render.matrices import View, matrices
from tui_backprop.render.narration import sentence
from tui_backprop.render.network import network
from tui_backprop.render.samples import samples

ANY = moments(hostile=True)
TIMES = settings(deadline=None, max_examples=40)


@TIMES
@given(st.data(), ANY, SIZES)
def test_the_network_stays_within_its_pane(data: st.DataObject, moment: Moment, size: tuple[int, int]) -> None:
    selection = data.draw(selections(moment.experiment))
    assert_within(network(moment, selection, *size), *size)


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


@TIMES
@given(st.data(), ANY, st.integers(4, 200))
def test_the_inspector_stays_within_its_columns(data: st.DataObject, moment: Moment, columns: int) -> None:
    selection = data.draw(selections(moment.experiment))
    lines = inspect(moment, selection, columns).lines
    assert_within(lines, columns, len(lines))
    assert name_of(selection, moment).isprintable()
