"""The bits: sums in order, and two definitions of the step that agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import assert_same
from tests.nets import PIECEWISE_LINEAR, Net, nets
from tests.transcription import Array, ordered_sum, plain_step
from tui_backprop.core import products
from tui_backprop.core.backprop import SMALL
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Network
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.products import _einsum_adds_in_order, attributed, outer, weighted_sum
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.core.unrolled_step import unroll
from tui_backprop.experiments import load_experiment

WIDTHS = [*range(1, 33), 63, 64, 65, 100, 127, 128, 129, 130, 150, 199, 200]


def wild(seed: int, *shape: int) -> Array:
    """Numbers of very different sizes, whose sum depends on its order."""
    random = np.random.default_rng(seed)
    return np.asarray(random.normal(size=shape) * 10.0 ** random.integers(-8, 9, shape))


@pytest.mark.parametrize("columns", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", WIDTHS)
def test_weighted_sums_are_taken_from_the_first_term_to_the_last(rows: int, columns: int) -> None:
    below, weights, out = wild(rows, 1, rows), wild(rows + 1, rows, columns), np.empty((1, columns))
    for call in weighted_sum(below, weights, out, True):
        call()
    assert out[0].tolist() == [ordered_sum((below[0] * column).tolist()) for column in weights.T]


def fused(subscripts: str, scales: Array, rows: Array, out: Array | None = None) -> Array:
    """Like `einsum` where it rounds a × b + c only once."""
    sums = np.zeros(rows.shape[1]) if out is None else out
    sums[:] = (scales.astype(np.longdouble)[:, None] * rows).sum(axis=0)
    return sums


def other_way(subscripts: str, scales: Array, rows: Array, out: Array | None = None) -> Array:
    """Like `einsum` if it began at the last row."""
    sums = np.empty(rows.shape[1]) if out is None else out
    sums[:] = np.add.accumulate((scales[:, None] * rows)[::-1])[-1]
    return sums


@pytest.fixture(params=[np.einsum, fused, other_way], ids=lambda einsum: str(einsum.__name__))
def einsum(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The processor's own `einsum`, and some that add otherwise."""
    monkeypatch.setattr(products, "_einsum", request.param)
    _einsum_adds_in_order.cache_clear()
    yield
    _einsum_adds_in_order.cache_clear()


@pytest.mark.usefixtures("einsum")
@pytest.mark.parametrize("shape", [(9000, 2), (300, 100), (130, 127), (3, 20000), (784, 128), (785, 33), (5000, 1)])
def test_long_sums_keep_that_order_on_every_processor(shape: tuple[int, int]) -> None:
    below, weights, out = wild(1, 1, shape[0]), wild(2, *shape), np.empty((1, shape[1]))
    for call in weighted_sum(below, weights, out, True):
        call()
    assert np.array_equal(out[0], np.add.accumulate(below.T * weights)[-1])


@pytest.mark.usefixtures("einsum")
@pytest.mark.parametrize("shape", [(2, 9000), (100, 300), (129, 128), (20000, 3), (128, 784), (1, 5000)])
def test_long_upstream_sums_keep_it_too(shape: tuple[int, int]) -> None:
    delta, weights, out = wild(1, 1, shape[1]), wild(2, *shape), np.empty((1, shape[0]))
    for call in attributed(delta, weights, out, True):
        call()
    assert np.array_equal(out[0], np.add.accumulate((delta * weights).T)[-1])


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("columns", WIDTHS)
def test_upstream_sums_are_taken_from_the_first_term_to_the_last(rows: int, columns: int) -> None:
    delta, weights, out = wild(columns, 1, columns), wild(columns + 1, rows, columns), np.empty((1, rows))
    for call in attributed(delta, weights, out, True):
        call()
    assert out[0].tolist() == [ordered_sum((delta[0] * row).tolist()) for row in weights]


def test_the_order_of_these_sums_matters() -> None:
    terms = wild(3, 100)
    assert ordered_sum(terms.tolist()) != ordered_sum(terms[::-1].tolist())


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1), (3, 4)])
def test_a_gradient_of_0_times_nan_is_nan(shape: tuple[int, int]) -> None:
    below, delta, out = np.zeros((1, shape[0])), np.full((1, shape[1]), np.nan), np.empty(shape)
    with np.errstate(invalid="ignore"):
        for call in outer(below, delta, out):
            call()
    assert np.isnan(out).all()


@st.composite
def experiments(draw: st.DrawFn, largest_weight: float = 1.0, rate: float = 1.0) -> Experiment:
    """A small network of any kind: every activation, loss, optimiser and penalty, single samples and mini-batches."""
    net = draw(nets(most_units=5, batches=(1, 1, 2, 3, 4), rounds=(None, 0, 3), largest_weight=largest_weight))
    training: dict[str, object] = {"optimizer": draw(st.sampled_from(sorted(OPTIMIZERS)))}
    training["rate"] = rate * net.training["rate"]
    training |= draw(st.sampled_from([{}, {}, {"l1": 0.01}, {"l2": 0.02}, {"l1": 0.001, "l2": 0.1}]))
    training["shuffle"] = draw(st.booleans())
    return net.experiment(**training)


def by_numpy(experiment: Experiment) -> Trainer:
    """A trainer without the written-out code."""
    trainer = Trainer(experiment)
    trainer._unrolled = None
    return trainer


def assert_both_ways_agree(experiment: Experiment, steps: int) -> None:
    trainer, other = Trainer(experiment), by_numpy(experiment)
    assert trainer._unrolled is not None
    state, expected = trainer.start(), other.start()
    for _ in range(steps):
        passage, state = trainer.record(state)
        same, expected = other.record(expected)
        assert np.array_equal(np.frombuffer(passage.values), np.frombuffer(same.values), equal_nan=True)
        assert_same(state, expected)
    errors: list[float] = []
    others: list[float] = []
    assert_same(trainer.advance(trainer.start(), steps, errors), expected)
    assert_same(other.advance(other.start(), steps, others), expected)
    assert np.array_equal(errors, others, equal_nan=True)


PIECEWISE_NETS = nets(hidden=PIECEWISE_LINEAR, output=PIECEWISE_LINEAR, most_units=5, batches=(1,))


@pytest.mark.slow
@settings(max_examples=2000)
@given(experiments())
def test_the_written_out_step_has_the_values_of_numpys(experiment: Experiment) -> None:
    assert_both_ways_agree(experiment, 7)


@settings(max_examples=60)
@given(experiments(largest_weight=1e60) | experiments(largest_weight=40.0) | experiments(rate=1e200))
def test_they_agree_where_numbers_overflow_too(experiment: Experiment) -> None:
    assert_both_ways_agree(experiment, 5)


@pytest.mark.parametrize("shape", [(599, 1), (1, 1, 1, 1, 1), (10, 25, 13), (1, 300)])
def test_they_agree_at_the_edges_of_what_is_written_out(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(3)
    data = {
        "inputs": random.normal(size=(4, shape[0])).tolist(),
        "targets": random.normal(size=(4, shape[-1])).tolist(),
    }
    experiment = load_experiment(
        {"network": {"layers": list(shape), "init": "normal", "bias": len(shape) == 5}, "data": data}
    )
    assert experiment.network.size <= SMALL
    assert_both_ways_agree(experiment, 5)


def test_large_networks_and_large_batches_stay_with_numpy() -> None:
    training = load_experiment("article").training
    assert unroll(Network((3, 4, 1), ("tanh", "linear")), training) is not None
    assert unroll(Network((30, 40, 1), ("relu", "linear")), training) is None
    assert unroll(Network((3, 4, 1), ("tanh", "linear")), replace(training, batch=100)) is None


@settings(max_examples=60)
@given(PIECEWISE_NETS)
def test_training_has_the_bits_of_plain_python(net: Net) -> None:
    trainer = Trainer(net.experiment())
    state = trainer.start()
    weights, biases = [w.tolist() for w in net.weights], [b.tolist() for b in net.biases]
    for step in range(8):
        x, y = (table[step % len(table)].tolist() for table in (net.inputs, net.targets))
        error, weights, moved = plain_step(net.rules, weights, biases, x, y, net.training["rate"])
        biases = moved if net.bias is True else biases
        passage, state = trainer.record(state)
        if not trainer.finite(state):
            return
        assert float(passage.error) == error
        assert [w.tolist() for w in state.parameters.weights] == weights
        assert [b.tolist() for b in state.parameters.biases] == biases


@given(st.floats(-1e16, 1e16) | st.floats(4.4e15, 4.6e15) | st.floats())
@settings(max_examples=200)
def test_rounding_is_numpys(value: float) -> None:
    from tui_backprop.core.unrolled_step import _rint

    assert np.array_equal(_rint(value), np.rint(value), equal_nan=True)
