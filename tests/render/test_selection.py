"""What keys do to the selection."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.render.moments import at, moments, of, selections
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.selection import Selection, move_in_graph, move_in_matrix, touches

ARTICLE = at("article").experiment
WITH_BIASES = of([2, 3, 1], bias=True).experiment


@pytest.mark.parametrize(
    ("start", "down", "right", "end"),
    [
        (Weight(1, 0, 0), 1, 0, Weight(1, 1, 0)),
        (Weight(1, 0, 0), -1, 0, Weight(1, 0, 0)),
        (Weight(1, 2, 1), 1, 0, Weight(1, 2, 1)),
        (Weight(1, 1, 3), 0, 1, Weight(2, 1, 0)),
        (Weight(2, 3, 0), 0, -1, Weight(1, 2, 3)),
        (Weight(2, 3, 0), 0, 1, Weight(2, 3, 0)),
        (Weight(1, 0, 0), 0, -1, Weight(1, 0, 0)),
        (Unit(1, 2), 0, 1, Weight(1, 0, 3)),
        (Unit(0, 2), 0, 0, Weight(1, 0, 0)),
    ],
)
def test_moves_in_the_matrices(start: Selection, down: int, right: int, end: Selection) -> None:
    assert move_in_matrix(start, ARTICLE, down, right) == end


@pytest.mark.parametrize(
    ("start", "down", "right", "end"),
    [
        (Weight(1, 1, 2), 1, 0, Bias(1, 2)),
        (Bias(1, 2), 1, 0, Bias(1, 2)),
        (Bias(1, 2), -1, 0, Weight(1, 1, 2)),
        (Bias(1, 0), 0, 1, Bias(1, 1)),
    ],
)
def test_biases_are_the_last_row(start: Selection, down: int, right: int, end: Selection) -> None:
    assert move_in_matrix(start, WITH_BIASES, down, right) == end


@pytest.mark.parametrize(
    ("start", "down", "right", "end"),
    [
        (Weight(1, 0, 0), 1, 0, Unit(1, 1)),
        (Unit(1, 3), 1, 0, Unit(1, 3)),
        (Unit(1, 3), 0, 1, Unit(2, 0)),
        (Unit(1, 3), 0, -1, Unit(0, 2)),
        (Unit(0, 0), 0, -1, Unit(0, 0)),
        (Unit(2, 0), 0, 1, Unit(2, 0)),
        (Bias(1, 2), 0, 0, Unit(1, 2)),
    ],
)
def test_moves_in_the_graph(start: Selection, down: int, right: int, end: Selection) -> None:
    assert move_in_graph(start, ARTICLE, down, right) == end


@given(st.data(), moments(most_units=4))
def test_no_move_leaves_the_network(data: st.DataObject, moment: Moment) -> None:
    experiment = moment.experiment
    units, selection = experiment.network.units, data.draw(selections(experiment))
    for graph, down, right in data.draw(
        st.lists(st.tuples(st.booleans(), st.integers(-2, 2), st.integers(-2, 2)), max_size=12)
    ):
        selection = (move_in_graph if graph else move_in_matrix)(selection, experiment, down, right)
        if isinstance(selection, Weight):
            assert 0 <= selection.row < units[selection.layer - 1]
        if isinstance(selection, Unit):
            assert 0 <= selection.column < units[selection.layer]
        else:
            assert 0 <= selection.column < units[selection.layer]
        assert not isinstance(selection, Bias) or experiment.initial.biases


def test_an_edge_belongs_to_the_weight_and_to_the_node_it_leads_to() -> None:
    assert touches(Weight(1, 0, 2), 1, 0, 2)
    assert not touches(Weight(1, 0, 2), 1, 1, 2)
    assert touches(Unit(1, 2), 1, 0, 2)
    assert touches(Unit(1, 2), 1, 2, 2)
    assert not touches(Unit(1, 2), 2, 2, 0)
    assert not touches(Bias(1, 2), 1, 0, 2)
