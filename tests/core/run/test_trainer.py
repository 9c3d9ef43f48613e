"""Order, batches, the stop rule: a run is determined by its experiment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import article, assert_same, run
from tests.nets import Net, nets
from tests.transcription import Array
from tui_backprop import Trainer, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.initialisers import INITIALISERS
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.experiments import Overrides


def shuffled(seed: int, samples: int = 20, batch: int = 1) -> Experiment:
    return load_experiment(
        {
            "network": {"layers": [1, 2, 1], "seed": seed},
            "training": {"shuffle": True, "batch": batch},
            "data": {"inputs": [[i / samples] for i in range(samples)], "targets": [[0.5]] * samples},
        }
    )


@settings(max_examples=40)
@given(nets(), st.booleans(), st.integers(1, 30))
def test_the_same_experiment_gives_the_same_bits(net: Net, shuffle: bool, steps: int) -> None:
    one, other = (Trainer(net.experiment(shuffle=shuffle)) for _ in range(2))
    state = other.start()
    for _ in range(steps):
        _, state = other.record(state)
    assert one.advance(one.start(), steps).parameters.flat.tobytes() == state.parameters.flat.tobytes()
    assert one.advance(one.start(), steps).parameters.flat.tobytes() == state.parameters.flat.tobytes()


@pytest.mark.parametrize("batch", [1, 3, 20])
def test_a_shuffled_epoch_takes_every_sample_once(batch: int) -> None:
    trainer = Trainer(shuffled(3, batch=batch))
    for epoch in range(1, 20):
        first = (epoch - 1) * trainer.steps_per_epoch + 1
        rows = [row for step in range(first, first + trainer.steps_per_epoch) for row in trainer.samples(step)]
        assert sorted(rows) == list(range(20))
        assert rows == trainer.order(epoch).tolist()


def test_the_order_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    orders = {
        (seed, epoch): Trainer(shuffled(seed)).order(epoch).tolist() for seed in range(4) for epoch in range(1, 5)
    }
    assert len({tuple(order) for order in orders.values()}) == 16
    trainer = Trainer(shuffled(2))
    for epoch in (4, 1, 3, 3, 2):
        assert trainer.order(epoch).tolist() == orders[2, epoch]


def test_without_shuffling_samples_come_as_listed() -> None:
    trainer = Trainer(load_experiment("article"))
    assert [trainer.samples(step) for step in range(1, 10)] == [(0,), (1,), (2,), (3,)] * 2 + [(0,)]


def test_the_last_batch_of_an_epoch_may_be_smaller() -> None:
    trainer = Trainer(article(batch=3))
    assert [trainer.samples(step) for step in (1, 2, 3)] == [(0, 1, 2), (3,), (0, 1, 2)]
    assert [trainer.epoch(step) for step in (0, 1, 2, 3)] == [0, 1, 1, 2]


def test_a_batch_larger_than_the_data_is_all_of_it() -> None:
    assert article(batch=100).training.batch == article(batch="full").training.batch == 4


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_steps_of_a_large_network_depend_on_the_state_alone(optimizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"inputs": np.eye(30).tolist(), "targets": [[1.0]] * 30}
    network = {"layers": [30, 40, 1], "init": "normal"}
    experiment = load_experiment({"network": network, "training": {"optimizer": optimizer}, "data": data})

    def step(trainer: Trainer, state: TrainingState) -> TrainingState:
        return trainer.record(state)[1]

    start = Trainer(experiment).start()
    first = step(Trainer(experiment), start)
    second = step(Trainer(experiment), first)
    trainer = Trainer(experiment)
    assert_same(step(trainer, start), first)
    assert_same(step(trainer, start), first)  # the same state again
    assert_same(step(trainer, step(trainer, start)), second)  # one after the other
    assert_same(step(trainer, first), second)  # back by one
    forgetful = replace(step(trainer, start), memory=start.memory)
    assert_same(step(trainer, forgetful), step(Trainer(experiment), forgetful))  # the same weights, no memory
    latest = step(trainer, start)
    with monkeypatch.context() as patch:

        def interrupted(samples: Array, age: int, wholly: bool) -> None:
            trainer._array_steps[1].passes.parameters.fill(7.0)
            raise KeyboardInterrupt

        patch.setattr(trainer._array_steps[1], "step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            step(trainer, latest)
    assert_same(step(trainer, latest), second)


def test_training_stops_where_the_epochs_error_is_small_enough() -> None:
    errors = run(load_experiment("article"), 1000).errors
    early = run(article(dict(load_experiment("article").definition["network"]), stop=0.5), 1000).errors
    assert early == errors[: len(early)]
    assert early[-1] <= 0.5 < min(early[:-1])


def test_training_stops_where_numbers_are_not_finite() -> None:
    diverged = run(article({"hidden": "linear", "seed": 0}, rate=0.5), 1000)
    assert len(diverged.errors) == 3
    assert not Trainer.finite(diverged.end)


def test_training_stops_where_a_weight_is_not_finite_though_the_error_still_is() -> None:
    """ŷ = 1·10¹⁰ for a target of 0: E = ½·10²⁰ is finite, w − 10³⁰⁰·10²⁰ is not."""
    network = {"layers": [1, 1], "weights": [[[1.0]]]}
    data = {"inputs": [[1e10]], "targets": [[0.0]]}
    found = run(load_experiment({"network": network, "training": {"rate": 1e300}, "data": data}), 10)
    assert found.errors == [pytest.approx(5e19)]
    assert found.end.parameters.flat.tolist() == [-np.inf]
    assert not Trainer.finite(found.end)


def test_frozen_biases_are_used_and_never_move() -> None:
    definition = dict(load_experiment("xor").definition)
    biases = [[0.1, -0.2, 0.3, 0.4], [0.5]]
    definition["network"] = {**definition["network"], "bias": "frozen", "biases": biases}
    end = run(load_experiment(definition), 20, stops=False).end.parameters
    assert [b.tolist() for b in end.biases] == biases
    definition["network"] = {**definition["network"], "biases": [[0.0] * 4, [0.0]]}
    other = run(load_experiment(definition), 20, stops=False).end.parameters
    assert not np.array_equal(end.weights[0], other.weights[0])


@pytest.mark.parametrize("init", INITIALISERS)
def test_every_initialiser_repeats_itself_from_its_seed(init: str) -> None:
    network = {"layers": [3, 50, 20, 1], "init": init}
    one, same, other = (article({**network, "seed": seed}).initial.weights for seed in (1, 1, 2))
    assert [w.tolist() for w in one] == [w.tolist() for w in same]
    assert (init in ("zeros", "constant")) == (one[0].tolist() == other[0].tolist())


@pytest.mark.parametrize(
    ("init", "mean", "deviation", "bounds"),
    [
        ("uniform01", 0.5, 12**-0.5, (0, 1)),
        ("uniform", 0.0, 3**-0.5, (-1, 1)),
        ("normal", 0.0, 1.0, (-9, 9)),
        ("xavier", 0.0, (2 / 700) ** 0.5, (-9, 9)),
        ("he", 0.0, (2 / 300) ** 0.5, (-9, 9)),
        ("xavier_uniform", 0.0, (2 / 700) ** 0.5, (-((6 / 700) ** 0.5), (6 / 700) ** 0.5)),
        ("he_uniform", 0.0, (2 / 300) ** 0.5, (-((6 / 300) ** 0.5), (6 / 300) ** 0.5)),
        ("zeros", 0.0, 0.0, (0, 0)),
        ("constant", 0.5, 0.0, (0.5, 0.5)),
    ],
)
def test_initial_weights_are_spread_as_their_name_says(
    init: str, mean: float, deviation: float, bounds: tuple[float, float]
) -> None:
    network = {"layers": [300, 400, 1], "init": init, "seed": 0}
    data = {"inputs": np.zeros((1, 300)), "targets": [[0]]}
    weights = load_experiment({"network": network, "data": data}).initial.weights[0]
    assert weights.mean() == pytest.approx(mean, abs=0.01)
    assert weights.std() == pytest.approx(deviation, rel=0.01)
    assert bounds[0] <= weights.min() <= weights.max() <= bounds[1]


def test_another_seed_is_another_run() -> None:
    one, other = (run(load_experiment("article-random", Overrides(seed=seed)), 5) for seed in (0, 1))
    assert one.errors != other.errors
