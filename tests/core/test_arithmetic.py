"""The bits: sums in order, and two definitions of the step that agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.nets import PIECEWISE_LINEAR, Net, nets
from tests.transcription import Array, ordered_sum, plain_step
from tui_backprop.core.backprop import Backprop, Pass
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Network, Parameters
from tui_backprop.core.products import attributed, outer, weighted_sum
from tui_backprop.core.run.trainer import Trainer, TrainingState
from tui_backprop.core.unrolled import LARGEST, unroll
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
    for call in weighted_sum(below, weights, out):
        call()
    assert out[0].tolist() == [ordered_sum((below[0] * column).tolist()) for column in weights.T]


@pytest.mark.parametrize("rows", [1, 2, 3, 7])
@pytest.mark.parametrize("columns", WIDTHS)
def test_upstream_sums_are_taken_from_the_first_term_to_the_last(rows: int, columns: int) -> None:
    delta, weights, out = wild(columns, 1, columns), wild(columns + 1, rows, columns), np.empty((1, rows))
    for call in attributed(delta, weights, out):
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


def small(net: Net) -> bool:
    return net.experiment().network.size <= LARGEST


def numpy_steps(experiment: Experiment, steps: int) -> list[tuple[Pass, TrainingState]]:
    """Steps by `Backprop`, one sample each, without the written-out code."""
    passes = Backprop(experiment.network, experiment.training, 1)
    flat, trained, samples = experiment.initial.flat.copy(), experiment.network.trained, len(experiment.data)
    found, total = [], 0.0
    with np.errstate(all="ignore"):
        for step in range(steps):
            row = slice(step % samples, step % samples + 1)
            np.copyto(passes.parameters, flat)
            passes.run(experiment.data.inputs[row], experiment.data.targets[row])
            flat[trained] -= passes.frame.gradient[trained] * experiment.training.rate
            total = (0.0 if step % samples == 0 else total) + float(passes.frame.error[0, 0])
            state = TrainingState(step + 1, Parameters(experiment.network, flat.copy()), total)
            found.append((Pass(experiment.network, 1, passes.frame.flat.copy()), state))
    return found


PIECEWISE_NETS = nets(hidden=PIECEWISE_LINEAR, output=PIECEWISE_LINEAR, most_units=5, batches=(1,)).filter(small)
WILD_NETS = nets(
    hidden=PIECEWISE_LINEAR,
    output=PIECEWISE_LINEAR,
    most_units=4,
    batches=(1,),
    largest_weight=1e60,
    rounds=(None, 0, 3),
).filter(small)


def assert_both_ways_agree(net: Net, steps: int) -> None:
    experiment = net.experiment()
    assert unroll(experiment.network, experiment.training) is not None
    trainer = Trainer(experiment)
    state = trainer.start()
    for expected, after in numpy_steps(experiment, steps):
        passage, state = trainer.record(state)
        assert np.array_equal(passage.flat, expected.flat, equal_nan=True)
        assert np.array_equal(state.parameters.flat, after.parameters.flat, equal_nan=True)
        assert np.array_equal(state.epoch_error, after.epoch_error, equal_nan=True)
    advanced = trainer.advance(trainer.start(), steps)
    assert np.array_equal(advanced.parameters.flat, state.parameters.flat, equal_nan=True)
    assert np.array_equal(advanced.epoch_error, state.epoch_error, equal_nan=True)


@settings(max_examples=60, deadline=None)
@given(PIECEWISE_NETS)
def test_the_written_out_step_has_the_values_of_numpys(net: Net) -> None:
    assert_both_ways_agree(net, 12)


@settings(max_examples=60, deadline=None)
@given(WILD_NETS)
def test_they_agree_where_numbers_overflow_too(net: Net) -> None:
    assert_both_ways_agree(net, 6)


@settings(max_examples=60, deadline=None)
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
@settings(max_examples=200, deadline=None)
def test_rounding_is_numpys(value: float) -> None:
    from tui_backprop.core.unrolled import _rint

    assert np.array_equal(_rint(value), np.rint(value), equal_nan=True)


def test_what_is_not_plain_arithmetic_or_too_large_stays_with_numpy() -> None:
    training = load_experiment("article").training
    assert unroll(Network((3, 4, 1), ("relu", "linear")), training) is not None
    assert unroll(Network((3, 4, 1), ("tanh", "linear")), training) is None
    assert unroll(Network((30, 40, 1), ("relu", "linear")), training) is None
