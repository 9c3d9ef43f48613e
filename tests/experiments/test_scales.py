"""Samples in units of training, and back in those of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.experiments.test_csv import read
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides
from tui_backprop.experiments.default_network import experiment_of


def houses(folder: Path, rows: int = 60) -> Path:
    """Prices in the hundreds, by area, rooms and age."""
    random = np.random.default_rng(3)
    area, rooms, age = random.uniform(40, 180, rows), random.integers(1, 7, rows), random.integers(0, 90, rows)
    price = 2.5 * area + 20 * rooms - 0.8 * age + random.normal(0, 10, rows) + 60
    path = folder / "houses.csv"
    columns = np.column_stack([area.round(1), rooms, age, price.round(1)])
    np.savetxt(path, columns, fmt="%g", delimiter=",", header="area,rooms,age,price", comments="")
    return path


def test_a_first_network_learns_prices_in_the_hundreds(tmp_path: Path) -> None:
    experiment = experiment_of(str(houses(tmp_path)), Overrides())
    assert experiment.definition["data"]["standardise"] is True
    assert experiment.definition["data"]["standardise_targets"] is True
    assert experiment.data.notes[-1] == "standardised: inputs and targets"
    assert saturated(experiment) == 0
    errors = errors_of(experiment, 20)
    assert errors[-1] < errors[0] / 4


def saturated(experiment: Experiment) -> int:
    """Hidden units of the network at its start whose slope is next to nothing for half of the samples."""
    sums = experiment.data.inputs @ experiment.initial.weights[0] + experiment.initial.biases[0]
    slopes = 1 - np.tanh(sums) ** 2
    return int(((slopes < 0.01).mean(axis=0) > 0.5).sum())


def errors_of(experiment: Experiment, epochs: int) -> list[float]:
    from tests.core.runs import run

    return list(run(experiment, epochs).errors)


@pytest.mark.parametrize(
    ("rows", "scaled"),
    [
        (["0,0,0", "0,1,1", "1,0,1", "1,1,0"], (False, False)),
        (["-1,0.5,2", "1,-0.5,-2", "0.3,0,1"], (False, False)),
        (["5.1,3.5,0.2", "4.9,3.0,0.9"], (True, False)),
        (["0.1,0.2,300", "0.5,0.9,200"], (False, True)),
        (["0.001,1,0.5", "0.002,0,-0.5"], (True, False)),
        (["1000,1,0.001", "1000,0,0.002"], (False, True)),
    ],
)
def test_only_what_needs_it_is_standardised(rows: list[str], scaled: tuple[bool, bool], tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["a,b,y", *rows]) + "\n", "utf-8")
    data = experiment_of(str(path), Overrides()).definition["data"]
    assert (data.get("standardise", False), data.get("standardise_targets", False)) == scaled


def test_targets_are_standardised_by_the_training_samples_and_lead_back(tmp_path: Path) -> None:
    text = "a,y\n" + "".join(f"{i},{100 + i * i}\n" for i in range(10))
    plain = read(tmp_path, text, "test = 0.4", "[1, 1]")
    scaled = read(tmp_path, text, "test = 0.4\nstandardise_targets = true", "[1, 1]")
    assert scaled.target_scale is not None
    assert plain.test is not None
    assert scaled.test is not None
    assert scaled.targets.mean() == pytest.approx(0, abs=1e-12)
    assert scaled.targets.std() == pytest.approx(1)
    assert np.array_equal(scaled.inputs, plain.inputs)
    assert scaled.input_scale is None
    for before, after in ((plain, scaled), (plain.test, scaled.test)):
        assert scaled.target_scale.back(after.targets) == pytest.approx(before.targets)


def test_classes_are_not_standardised(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match=r"data\.standardise_targets: classes cannot be standardised"):
        read(tmp_path, "a,kind\n1,x\n2,y\n", "standardise_targets = true", "[1, 1]")


def test_without_being_reported_nothing_is_standardised() -> None:
    data: Any = {"inputs": [[100], [200]], "targets": [[300], [400]]}
    found = load_experiment({"network": {"layers": [1, 1]}, "data": data}).data
    assert (found.inputs.tolist(), found.targets.tolist()) == (data["inputs"], data["targets"])
    assert (found.input_scale, found.target_scale, found.notes) == (None, None, ())


def test_another_file_keeps_what_is_standardised(tmp_path: Path) -> None:
    for name, text in (("first", "x,y\n1,2\n3,4\n"), ("other", "x,y\n10,100\n30,300\n"), ("kinds", "x,y\n1,a\n2,b\n")):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    keys = "standardise = true\nstandardise_targets = true\n"
    (tmp_path / "own.toml").write_text(f'[network]\nlayers = [1, 1]\n[data]\ncsv = "first.csv"\n{keys}', "utf-8")
    data = load_experiment(tmp_path / "own.toml", Overrides(data=str(tmp_path / "other.csv"))).data
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[-1.0], [1.0]], [[-1.0], [1.0]])
    with pytest.raises(ExperimentError, match=r"standardise_targets: classes cannot be standardised"):
        load_experiment(tmp_path / "own.toml", Overrides(data=str(tmp_path / "kinds.csv")))
