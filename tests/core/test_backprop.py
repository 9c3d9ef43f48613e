"""Every intermediate of a pass, against the transcription of the equations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings

from tests.core.runs import article, first_passes, passes
from tests.nets import OUTPUT, Net, nets
from tests.transcription import Array, Rules, batch_gradient, one_step, ordered_sum
from tui_backprop.core import activations, losses
from tui_backprop.core.backprop import Backprop
from tui_backprop.core.elementary import exp_into
from tui_backprop.core.experiment import Training
from tui_backprop.core.network import Network
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.experiments import load_experiment


def assert_close(ours: Array, theirs: Array | float) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-11)


def assert_all_close(ours: Sequence[Array], theirs: Sequence[Array]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        assert_close(one, other)


def assert_pass_is_transcribed(net: Net, passage: Pass, rows: slice) -> None:
    inputs, targets = net.inputs[rows], net.targets[rows]
    assert passage.batch == len(inputs)
    for row, (x, y) in enumerate(zip(inputs, targets, strict=True)):
        ours, theirs = passage.sample(row), one_step(net.rules, net.weights, net.biases, x, y)
        assert np.array_equal(ours.input, x)
        assert np.array_equal(ours.target, y)
        assert_all_close(ours.z, theirs.z)
        assert_all_close(ours.a, theirs.a)
        assert_close(ours.raw, theirs.a[-1])
        assert_close(ours.prediction, theirs.prediction)
        assert_close(ours.error, theirs.error)
        assert_all_close(ours.upstream, theirs.upstream)
        assert_all_close(ours.mask, theirs.mask)
        assert_all_close(ours.delta, theirs.delta)
    weights, biases = batch_gradient(net.rules, net.weights, net.biases, inputs, targets)
    assert_all_close(passage.gradient, weights)
    assert_all_close(passage.bias_gradient, biases if net.biases else [])


@settings(max_examples=100)
@given(nets())
def test_every_intermediate_is_the_transcriptions(net: Net) -> None:
    batch = min(net.training["batch"], len(net.inputs))
    experiment = net.experiment(batch=batch)
    trainer = Trainer(experiment)
    passage, after = trainer.record(trainer.start())
    assert_pass_is_transcribed(net, passage, slice(0, batch))
    rate = net.training["rate"]
    moved = [w - rate * g for w, g in zip(net.weights, passage.gradient, strict=True)]
    assert_all_close(after.parameters.weights, moved)
    change = rate if net.bias is True else 0.0
    moved = [b - change * g for b, g in zip(net.biases, passage.bias_gradient, strict=True)]
    assert_all_close(after.parameters.biases, moved)
    assert after.epoch_error == pytest.approx(float(np.sum(passage.error)))


@pytest.mark.parametrize("name", OUTPUT)
def test_every_activation_is_the_transcriptions_at_the_edges_too(name: str) -> None:
    weights, y = np.array([[1.0, 0.25]]), np.array([0.5, 0.5])
    inputs = np.array([[-30.0], [-1.0], [-1e-300], [0.0], [1e-300], [0.5], [30.0]])
    network = {"layers": [1, 2], "output": name, "weights": [weights]}
    data = {"inputs": inputs, "targets": [y] * len(inputs)}
    for x, ours in zip(inputs, first_passes(load_experiment({"network": network, "data": data})), strict=True):
        theirs = one_step(Rules((name,)), [weights], [], x, y)
        assert_close(ours.a[0], theirs.a[0])
        assert_close(ours.mask[0], theirs.mask[0])
        assert_close(ours.delta[0], theirs.delta[0])


def test_the_mask_of_relu_is_shut_at_exactly_0() -> None:
    passage = passes(article({"weights": [np.zeros((3, 4)), np.ones((4, 1))]}), 1)[0]
    assert not passage.mask[0].any()
    assert passage.upstream[0].tolist() == [-1.0] * 4


def test_deltas_use_the_weights_from_before_the_update() -> None:
    weights = [np.full((3, 4), 0.25), np.full((4, 1), 0.5)]
    passage = passes(article({"weights": weights}, rate=10.0, round=None), 1)[0]
    assert passage.z[0].tolist() == [0.75] * 4
    assert passage.raw.tolist() == [1.5]
    assert passage.delta[1].tolist() == [0.5]
    assert passage.upstream[0].tolist() == [0.25] * 4


def test_a_rounded_prediction_enters_error_and_delta_as_rounded() -> None:
    weights = [np.full((3, 4), 0.25), np.full((4, 1), 0.413)]
    passage = passes(article({"weights": weights}), 1)[0]
    assert passage.raw == pytest.approx([1.239])
    assert passage.prediction == pytest.approx([1.2])
    assert passage.error == pytest.approx(0.04)
    assert passage.delta[1] == pytest.approx([0.2])
    assert passage.gradient[1] == pytest.approx(np.full((4, 1), 0.15))


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize(
    ("output", "loss", "targets", "deltas"),
    [
        ("sigmoid", "binary_cross_entropy", [[0.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [0.0, -1.0]]),
        ("softmax", "softmax_cross_entropy", [[0.0, 1.0], [1.0, 0.0]], [[1.0, -1.0], [0.0, 0.0]]),
    ],
)
def test_an_output_that_is_wrong_and_saturated_has_a_delta_all_the_same(
    output: str, loss: str, targets: list[list[float]], deltas: list[list[float]], batch: int
) -> None:
    """From z = (800, −800) on ŷ is exactly (1, 0), so δ = ŷ − t, where ∂E/∂ŷ · f′(z) would be ∞ · 0."""
    definition = {
        "network": {"layers": [1, 2], "output": output, "weights": [[[800.0, -800.0]]]},
        "training": {"loss": loss, "batch": batch, "rate": 1e-9},
        "data": {"inputs": [[1.0], [1.0]], "targets": targets},
    }
    found = [passage.delta[0] for passage in passes(load_experiment(definition), 2 // batch)]
    assert np.reshape(found, (2, 2)).tolist() == deltas


@pytest.mark.parametrize("units", [2, 9, 33, 130])
@pytest.mark.parametrize("batch", [1, 2, 3, 32])
def test_squares_are_summed_from_the_first_output_to_the_last(batch: int, units: int) -> None:
    passes = Backprop(Network((2, units), ("linear",)), Training(loss="half_squared", batch=batch), batch=batch)
    targets = np.random.default_rng(1).normal(size=(batch, units))
    passes.run(np.zeros((batch, 2)), targets)
    assert passes.frame.error[:, 0].tolist() == [0.5 * ordered_sum((row * row).tolist()) for row in targets]


@given(nets(batches=(3,)))
@settings(max_examples=20)
def test_a_pass_and_its_parameters_cannot_be_written_to(net: Net) -> None:
    trainer = Trainer(net.experiment())
    passage, after = trainer.record(trainer.start())
    arrays = [*passage.z, *passage.a, *passage.delta, *passage.gradient, passage.sample(0).raw]
    for array in [*arrays, *after.parameters.weights, trainer.start().parameters.flat]:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0


def test_softmax_and_its_loss_share_their_exponentials(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = list[int]()

    def counted(z: Array, out: Array) -> None:
        taken.append(z.size)
        exp_into(z, out)

    for module in (activations, losses):
        monkeypatch.setattr(module, "exp_into", counted)
    network = Network((3, 5), ("softmax",))
    passes = Backprop(network, Training(loss="softmax_cross_entropy", batch=8), batch=8)
    random = np.random.default_rng(1)
    passes.parameters[:] = random.normal(size=network.size)
    targets = np.eye(5)[random.integers(0, 5, 8)]
    passes.run(random.normal(size=(8, 3)), targets)
    assert taken == [40]
    expected = -(targets * np.log(passes.frame.prediction)).sum(axis=1)
    assert np.allclose(passes.frame.error[:, 0], expected, rtol=1e-12)
