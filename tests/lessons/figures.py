"""The figures of lessons worked out a second time, by `tests.transcription` alone: no number comes from the package.

Of an experiment only its definition is taken: shapes, start, data, rules.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tests.transcription import Array, Rules, Step, batch_gradient, one_step, slope
from tui_backprop.core.experiment import Experiment

PHASES = ("input", "sum", "activate", "error", "upstream", "mask", "gradient", "update")


@dataclass(frozen=True)
class Place:
    """Where a figure is asked for: this many steps are over, `before` and `after` the present one."""

    experiment: Experiment
    step: int
    phase: str
    """The phase's kind; "update" at the end of a step and at the start."""

    @property
    def samples(self) -> list[int]:
        batch, count = self.experiment.training.batch, len(self.experiment.data)
        start = (self.step - 1) * batch % (self.experiment.steps_per_epoch * batch)
        return list(range(start, min(start + batch, count)))

    @property
    def updated(self) -> bool:
        return self.phase == "update"


def rules(experiment: Experiment) -> Rules:
    training = experiment.training
    report = training.report if training.report == "squared" else "loss"
    return Rules(experiment.network.activations, training.loss, report, training.round)


@lru_cache(maxsize=4)
def run(experiment: Experiment) -> list[tuple[list[Array], list[Array]]]:
    """Weights and biases after 0, 1, 2 … steps; it grows as it is asked for more."""
    return [([w.copy() for w in experiment.initial.weights], [b.copy() for b in experiment.initial.biases])]


def state(experiment: Experiment, steps: int) -> tuple[list[Array], list[Array]]:
    states = run(experiment)
    data, rate = experiment.data, experiment.training.rate
    while len(states) <= steps:
        weights, biases = states[-1]
        rows = Place(experiment, len(states), "update").samples
        gradients = batch_gradient(rules(experiment), weights, biases, data.inputs[rows], data.targets[rows])
        moved = [w - rate * g for w, g in zip(weights, gradients[0], strict=True)]
        states.append((moved, [b - rate * g for b, g in zip(biases, gradients[1], strict=False)] if biases else []))
    return states[steps]


def step_of(place: Place, sample: int | None = None) -> Step:
    """The step at a place, or another sample under the weights that hold there."""
    before = place.step - 1 if sample is None or not place.updated else place.step
    weights, biases = state(place.experiment, max(0, before))
    row = place.samples[0] if sample is None else sample
    return one_step(
        rules(place.experiment), weights, biases, place.experiment.data.inputs[row], place.experiment.data.targets[row]
    )


def sample_error(experiment: Experiment, step: Step) -> float:
    return step.error if experiment.training.report == "squared" else step.loss


def unit(experiment: Experiment, name: str) -> tuple[int, int]:
    for layer in range(experiment.network.depth + 1):
        if name in experiment.unit_names(layer):
            return layer, experiment.unit_names(layer).index(name)
    raise AssertionError(name)


def weight(experiment: Experiment, name: str) -> tuple[int, int, int]:
    found = re.fullmatch(r"W(\d)\[(.+)→(.+)\]", name)
    assert found, name
    return int(found[1]), unit(experiment, found[2])[1], unit(experiment, found[3])[1]


def parsed(place: Place, at: str) -> Place:
    """The place behind an @."""
    parts = at.split(":")
    experiment = place.experiment
    if at == "converged":
        return Place(experiment, converged(experiment) * experiment.steps_per_epoch, "update")
    if len(parts) == 1:
        return Place(experiment, int(at) * experiment.steps_per_epoch, "update")
    step = (int(parts[0]) - 1) * experiment.steps_per_epoch + int(parts[1]) // experiment.training.batch + 1
    return Place(experiment, step, parts[2].rstrip("0123456789") if len(parts) > 2 else "update")


def epoch_error(experiment: Experiment, epoch: int, steps: int | None = None) -> float:
    size = experiment.steps_per_epoch
    first = (epoch - 1) * size + 1
    places = [Place(experiment, step, "error") for step in range(first, first + (steps or size))]
    return sum(sample_error(experiment, step_of(place, row)) for place in places for row in place.samples)


def converged(experiment: Experiment) -> int:
    return next(epoch for epoch in range(1, 3000) if epoch_error(experiment, epoch) <= experiment.training.stop)


def worked_out(source: str, place: Place) -> float | str | None:  # noqa: C901  # a case a figure
    """The value of a figure; None for figures that are texts made of others, tested by themselves."""
    what, _, at = source.partition("@")
    place = parsed(place, at.strip()) if at.strip() else place
    what = re.sub(r"\s*:\s*\d+\s*$", "", what.strip())
    found = re.search(r"\s*#(\d+)$", what)
    sample = int(found[1]) if found else None
    what = what[: found.start()] if found else what
    experiment = place.experiment
    if re.match(r"(work|converged|stuck)\b", what):
        return None
    if what.startswith(("slope ", "value ")):
        kind, name, z = what.split()
        if kind == "value":
            return {"tanh": math.tanh}[name](float(z))
        return float(slope(name, np.array([float(z)]))[0])
    weights, _ = state(experiment, place.step if place.updated else max(0, place.step - 1))
    match what.split():
        case ["rate"]:
            return experiment.training.rate
        case ["count", "weights"]:
            return sum(w.size for w in weights)
        case ["count", "layers"]:
            return len(weights)
        case ["count", layer]:
            return weights[-1 if layer == "last" else int(layer) - 1].size
        case ["epoch"]:
            return -(-place.step // experiment.steps_per_epoch)
        case ["epoch", "error"]:
            return epoch_error(experiment, -(-place.step // experiment.steps_per_epoch))
        case ["sample"]:
            return f"#{place.samples[0]}"
        case ["product", pair]:
            below, above = (unit(experiment, name)[1] for name in pair.split("→"))
            return float(np.linalg.multi_dot([*weights])[below, above])
        case ["mean", "gradient", layer]:
            gradient = step_of(place).gradient[-1 if layer == "last" else int(layer) - 1]
            return float(np.abs(gradient).sum() / gradient.size)
        case ["correlation", name]:
            rows, kind = range(len(experiment.data)), "a" if unit(experiment, name)[0] else "input"
            values = [float(of_unit(place, kind, name, row)) for row in rows]
            return float(np.corrcoef(values, experiment.data.targets[:, 0])[0, 1])
        case ["open", "for", name]:
            level, index = unit(experiment, name)
            rows = range(len(experiment.data))
            opened = [f"#{row}" for row in rows if step_of(place, row).z[level - 1][index] > 0]
            return ", ".join(opened) or "no sample"
        case ["raw", "without", name]:
            assert sample is not None
            step, index = step_of(place, sample), unit(experiment, name)[1]
            others = [i for i in range(len(weights[-1])) if i != index]
            return float(sum(step.a[-2][i] * weights[-1][i, 0] for i in others))
        case ["tendency", name]:
            assert sample is not None
            pull = -of_weight(place, "gradient", name, sample)
            return "▲" if pull > 0 else "▼" if pull < 0 else "–"
        case ["pull", name]:
            asked = range(len(experiment.data)) if sample is None else range(sample, sample + 1)
            pulls = [-of_weight(place, "gradient", name, row) for row in asked]
            return sum(pulls)
        case [("old" | "new" | "gradient" | "change" | "share") as kind, name]:
            return of_weight(place, kind, name, sample)
        case [("prediction" | "raw" | "target" | "error") as kind]:
            return of_output(place, kind, sample)
        case [name] if name.startswith("W"):
            level, row, column = weight(experiment, name)
            return float(weights[level - 1][row, column])
        case [name] if name.startswith("b"):
            level, index = unit(experiment, name[3:-1])
            return float(state(experiment, max(0, place.step - 1))[1][level - 1][index])
        case [kind, name]:
            return of_unit(place, kind, name, sample)
    raise AssertionError(source)


def of_weight(place: Place, kind: str, name: str, sample: int | None) -> float:
    experiment = place.experiment
    layer, row, column = weight(experiment, name)
    old = state(experiment, place.step - 1 if place.step else 0)[0][layer - 1][row, column]
    if kind == "old":
        return float(old)
    if kind == "new":
        return float(state(experiment, place.step)[0][layer - 1][row, column])
    step = step_of(place, sample)
    if kind == "share":
        now = state(experiment, place.step if place.updated else place.step - 1)[0][layer - 1][row, column]
        return float((step.a[layer - 2][row] if layer > 1 else experiment.data.inputs[place.samples[0]][row]) * now)
    gradient = float(step.gradient[layer - 1][row, column])
    return gradient if kind == "gradient" else -experiment.training.rate * gradient


def of_output(place: Place, kind: str, sample: int | None) -> float:
    step, data = step_of(place, sample), place.experiment.data
    row = place.samples[0] if sample is None else sample
    values = {
        "prediction": step.prediction[0],
        "raw": step.a[-1][0],
        "target": data.targets[row][0],
        "error": sample_error(place.experiment, step),
    }
    return float(values[kind])


def of_unit(place: Place, kind: str, name: str, sample: int | None) -> float | str:
    layer, index = unit(place.experiment, name)
    row = place.samples[0] if sample is None else sample
    if kind == "input":
        return float(place.experiment.data.inputs[row][index])
    step = step_of(place, sample)
    if kind == "gate":
        return "open" if step.z[layer - 1][index] > 0 else "shut"
    values = {"z": step.z, "a": step.a, "upstream": step.upstream, "mask": step.mask, "delta": step.delta}
    return float(values[kind][layer - 1][index])
