"""200 steps of every optimiser, weight penalty, activation, loss and batch size, against plain loops.

The gradient comes from the transcription; the optimisers are written out here on Python floats, from their papers.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.nets import HIDDEN, losses_for
from tests.transcription import Array, Rules, flat_gradient
from tui_backprop.core.optimizers import Adam, Memory
from tui_backprop.core.run.trainer import Trainer, TrainingState
from tui_backprop.experiments import load_experiment

STEPS = 200
LAYERS = [2, 3, 2]
RANDOM = np.random.default_rng(11)
INPUTS = RANDOM.uniform(-1, 1, (6, 2))
TARGETS = np.eye(2)[[0, 1, 1, 0, 1, 0]]
START = [RANDOM.uniform(-1, 1, (2, 3)), RANDOM.uniform(-1, 1, (3, 2))]
START_BIASES = [RANDOM.uniform(-1, 1, 3), RANDOM.uniform(-1, 1, 2)]
WEIGHTS = 12


def definition(rules: Rules, **training: Any) -> dict[str, Any]:
    return {
        "network": {
            "layers": LAYERS,
            "hidden": list(rules.activations[:-1]),
            "output": rules.activations[-1],
            "bias": True,
            "weights": [w.tolist() for w in START],
            "biases": [b.tolist() for b in START_BIASES],
        },
        "training": {"loss": rules.loss, **training},
        "data": {"inputs": INPUTS.tolist(), "targets": TARGETS.tolist()},
    }


class Loops:
    """The optimisers, a parameter at a time."""

    def __init__(self, rate: float, optimizer: str, momentum: float, l1: float, l2: float, start: Array) -> None:
        self.rate, self.optimizer, self.momentum, self.l1, self.l2 = rate, optimizer, momentum, l1, l2
        self.w = start.tolist()
        self.v = [0.0] * len(self.w)
        self.s = [0.0] * len(self.w)
        self.t = 0

    def step(self, gradient: Array) -> None:
        self.t += 1
        for i, g in enumerate(gradient.tolist()):
            w = self.w[i]
            if i < WEIGHTS:
                g += self.l2 * w + (math.copysign(self.l1, w) if w else 0.0)
            if self.optimizer == "sgd":
                self.w[i] = w - self.rate * g
            elif self.optimizer == "momentum":
                self.v[i] = self.momentum * self.v[i] + g
                self.w[i] = w - self.rate * self.v[i]
            elif self.optimizer == "rmsprop":
                self.s[i] = 0.9 * self.s[i] + 0.1 * g**2
                self.w[i] = w - self.rate * g / (math.sqrt(self.s[i]) + 1e-8)
            else:
                self.v[i] = 0.9 * self.v[i] + 0.1 * g
                self.s[i] = 0.999 * self.s[i] + 0.001 * g**2
                corrected = self.v[i] / (1 - 0.9**self.t), self.s[i] / (1 - 0.999**self.t)
                self.w[i] = w - self.rate * corrected[0] / (math.sqrt(corrected[1]) + 1e-8)


def split(flat: list[float]) -> tuple[list[Array], list[Array]]:
    first, second, b1, b2 = np.split(np.array(flat), [6, 12, 15])
    return [first.reshape(2, 3), second.reshape(3, 2)], [b1, b2]


def against_loops(rules: Rules, batch: int, **training: Any) -> None:
    rate = (
        0.0005 if training.get("optimizer") == "rmsprop" else 0.02
    )  # at the bottom it would divide rounding by rounding
    experiment = load_experiment(definition(rules, batch=batch, rate=rate, **training))
    trained = Trainer(experiment)
    start = np.concatenate([part.ravel() for part in [*START, *START_BIASES]])
    loops = Loops(
        rate, training.get("optimizer", "sgd"), training.get("momentum", 0.9), training.get("l1", 0.0),
        training.get("l2", 0.0), start,
    )  # fmt: skip
    for step in range(STEPS):
        first = step * batch % 6
        weights, biases = split(loops.w)
        rows = slice(first, first + batch)
        loops.step(flat_gradient(rules, weights, biases, INPUTS[rows], TARGETS[rows]))
    end = trained.advance(trained.start(), STEPS)
    np.testing.assert_allclose(end.parameters.flat, loops.w, rtol=0, atol=1e-12)


PRICES: list[dict[str, float]] = [{}, {"l1": 0.003}, {"l2": 0.02}, {"l1": 0.001, "l2": 0.01}]


@pytest.mark.parametrize("prices", PRICES, ids=["free", "l1", "l2", "both"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
@pytest.mark.parametrize("batch", [1, 3])
def test_optimizers_and_prices(optimizer: str, prices: dict[str, float], batch: int) -> None:
    against_loops(Rules(("tanh", "linear"), "half_squared", "loss"), batch, optimizer=optimizer, **prices)


ACTIVATIONS = [
    (hidden, output, loss)
    for hidden, output in product(HIDDEN, ("linear", "sigmoid", "softmax"))
    for loss in losses_for(output)
]


@pytest.mark.parametrize(("hidden", "output", "loss"), ACTIVATIONS)
def test_activations_and_losses(hidden: str, output: str, loss: str) -> None:
    batch = (1, 2, 6)[ACTIVATIONS.index((hidden, output, loss)) % 3]
    # at the bottom of a whole batch's error Adam divides rounding by rounding
    optimizer = "momentum" if batch == 6 else "adam"
    against_loops(Rules((hidden, output), loss, "loss"), batch, optimizer=optimizer, l2=0.001)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adam"])
def test_steps_recorded_one_by_one_are_those_of_a_run(optimizer: str) -> None:
    rules = Rules(("relu", "linear"), "half_squared", "loss")
    trainer = Trainer(load_experiment(definition(rules, rate=0.05, optimizer=optimizer, l1=0.01)))
    state = trainer.start()
    for _ in range(40):
        _, state = trainer.record(state)
    run = trainer.advance(trainer.advance(trainer.start(), 17), 23)
    assert state.parameters.flat.tobytes() == run.parameters.flat.tobytes()
    assert state.memory.slots.tobytes() == run.memory.slots.tobytes()
    assert state.memory.age == run.memory.age == 40


@pytest.mark.parametrize("age", [0, 330, 36_650, 60_000])
@pytest.mark.parametrize("batch", [1, 2])
def test_adam_goes_on_after_its_means_have_seen_everything(age: int, batch: int) -> None:
    seen = Adam.constants(age, 200)
    for name, beta in (("part1", 0.9), ("part2", 0.999)):
        assert seen[name] == pytest.approx([1.0 - beta**t for t in range(age + 1, age + 201)], rel=1e-12, abs=0.0)
    rules = Rules(("relu", "linear"), "half_squared", "loss")
    trainer = Trainer(load_experiment(definition(rules, rate=0.001, optimizer="adam", batch=batch)))
    start = trainer.start()
    start = TrainingState(0, start.parameters, 0.0, Memory(np.full_like(start.memory.slots, 0.01), age))
    state = start
    for _ in range(200):
        _, state = trainer.record(state)
    run = trainer.advance(start, 200)
    assert run.step == 200
    assert run.memory.age == age + 200
    assert state.parameters.flat.tobytes() == run.parameters.flat.tobytes()
    assert state.memory.slots.tobytes() == run.memory.slots.tobytes()
