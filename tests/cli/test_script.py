"""`script`: programs of their own that train the same network to the same numbers."""

from __future__ import annotations

import ast
import builtins
import importlib.util
import json
import subprocess
import sys
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.program import assert_refused, printed, program
from tests.core.test_optimizers import ACTIVATIONS
from tui_backprop import load_experiment
from tui_backprop.cli.arguments import SCRIPTS
from tui_backprop.cli.script import script
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.core.scores import score
from tui_backprop.experiments import preset_names

EPOCHS = 100
TOLERANCE = 1e-9
RUN = """
import contextlib, io, json, runpy, sys
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        names = runpy.run_path(path)
    arrays = [array.tolist() for array in [*names["weights"], *names.get("biases", [])]]
    print(json.dumps([printed.getvalue().splitlines(), arrays]))
"""
"""Runs programs, each by itself, and prints what they printed and what they learned."""


def definitions() -> dict[str, dict[str, Any]]:
    """Every activation, loss, optimiser, price, batch, order and bias, mixed."""
    random = np.random.default_rng(3)
    inputs, classes = random.uniform(-1, 1, (7, 2)), np.eye(2)[[0, 1, 1, 0, 1, 0, 0]]
    rules = zip(
        cycle(["sgd", "momentum", "rmsprop", "adam", "sgd"]),
        cycle([1, 3, "full"]),
        cycle([False, True]),
        cycle([{}, {"l1": 0.01}, {}, {"l2": 0.02}, {}, {"l1": 0.001, "l2": 0.001}, {}]),
        cycle([True, False, "frozen", True]),
        cycle(["xavier", "he", "uniform", "normal", "uniform01"]),
        strict=False,
    )
    found = {}
    for (hidden, output, loss), (optimizer, batch, shuffle, prices, bias, init) in zip(
        ACTIVATIONS, rules, strict=False
    ):
        network = {"layers": [2, 3, 3, 2], "hidden": hidden, "output": output, "bias": bias, "init": init, "seed": 5}
        if bias == "frozen":
            network["biases"] = [random.uniform(-1, 1, n).tolist() for n in (3, 3, 2)]
        rate = 0.0005 if optimizer == "rmsprop" else 0.02  # at the bottom it would divide rounding by rounding
        training = {"rate": rate, "loss": loss, "optimizer": optimizer, "batch": batch, "shuffle": shuffle, **prices}
        data = {"inputs": inputs.tolist(), "targets": classes.tolist()}
        found[f"{hidden}-{output}-{loss}"] = {"network": network, "training": training, "data": data}
    return found


EXPERIMENTS: dict[str, Experiment] = {
    **{name: load_experiment(name) for name in preset_names()},
    **{name: load_experiment(definition) for name, definition in definitions().items()},
}


def run(form: str, folder: Path) -> dict[str, tuple[list[str], list[Any]]]:
    """What each experiment's program printed, and its parameters in the end."""
    paths = []
    for number, experiment in enumerate(EXPERIMENTS.values()):
        paths.append(folder / f"{number}.py")
        paths[-1].write_text(script(experiment, EPOCHS, form), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, paths)], capture_output=True, text=True, check=True, cwd=folder
    )
    return dict(zip(EXPERIMENTS, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.fixture(scope="module")
def by_numpy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[Any]]]:
    return run("numpy", tmp_path_factory.mktemp("numpy"))


@pytest.fixture(scope="module")
def by_torch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[list[str], list[Any]]]:
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    return run("torch", tmp_path_factory.mktemp("torch"))


def assert_same(name: str, found: tuple[list[str], list[Any]]) -> None:
    experiment, (lines, arrays) = EXPERIMENTS[name], found
    states = [state for _, state in Trainer(experiment).epochs(EPOCHS)]
    epochs = [line.split() for line in lines if line[0].isdigit()]
    assert [int(epoch) for epoch, _ in epochs] == list(range(1, len(states) + 1))
    expected = np.array([state.epoch_error for state in states])
    np.testing.assert_allclose([float(error) for _, error in epochs], expected, rtol=TOLERANCE, atol=TOLERANCE)
    last = states[-1].parameters
    assert len(arrays) == len(last.weights) + len(last.biases)
    for array, ours in zip(arrays, [*last.weights, *last.biases], strict=True):
        np.testing.assert_allclose(array, ours, rtol=TOLERANCE, atol=TOLERANCE)
    if experiment.data.test is not None:
        test = score(experiment, last, experiment.data.test)
        mean, right = (line.split() for line in lines[-2:])
        assert float(mean[-1]) == pytest.approx(test.error, rel=TOLERANCE)
        assert (int(right[2]), int(right[-1])) == (test.right, test.samples)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_by_numpy_it_is_the_same_run(name: str, by_numpy: dict[str, Any]) -> None:
    assert_same(name, by_numpy[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_by_torch_it_is_the_same_run(name: str, by_torch: dict[str, Any]) -> None:
    assert_same(name, by_torch[name])


@pytest.mark.parametrize("form", SCRIPTS)
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_name_in_it_is_defined_and_used(name: str, form: str) -> None:
    tree = ast.parse(script(EXPERIMENTS[name], EPOCHS, form))
    imported = {
        alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    assert imported <= {"math", "np", "torch"}
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    loaded = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    assert loaded <= imported | functions | arguments | stored | set(dir(builtins))
    assert imported | functions | arguments <= loaded


def test_the_articles_network_converges_in_epoch_148() -> None:
    text = printed("script", "article")
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "148 0.0"


def test_a_run_that_diverges_ends_without_a_warning() -> None:
    text = printed("script", "linear-collapse", "--rate", "0.5")
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split()[1] in ("inf", "nan")
    assert done.stderr == ""


def test_weights_come_from_the_seed_or_stand_in_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    assert printed("script", "article", "--seed", "7", "--epochs", "1", "--out", str(file)) == ""
    assert "np.random.RandomState(7)" in file.read_text("utf-8")
    assert "RandomState" not in printed("script", "article")
    assert "0.817638809, 0.005173229" in printed("script", "article")
    assert "import torch" in printed("script", "article", "--format", "torch")


def test_too_many_samples_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("a,b,c,y\n" + "1,2,3,4\n" * 250_001, "utf-8")
    assert_refused(program("script", "article", "--data", str(path)), "1,000,020 numbers", "at most 1,000,000")


@pytest.mark.slow
@given(st.text(), st.lists(st.text(), min_size=3, max_size=3, unique=True), st.sampled_from(SCRIPTS))
def test_texts_from_files_cannot_become_code(title: str, names: list[str], form: str) -> None:
    plain = load_experiment("article")
    hostile = {**plain.definition, "title": title, "data": {**plain.definition["data"], "names": names}}
    bodies = [ast.parse(script(experiment, 9, form)).body for experiment in (plain, load_experiment(hostile))]
    assert [ast.dump(node) for node in bodies[0][1:]] == [ast.dump(node) for node in bodies[1][1:]]
    first = bodies[1][0]
    assert isinstance(first, ast.Expr)
    assert isinstance(first.value, ast.Constant)
    assert all(line.isprintable() for line in script(load_experiment(hostile), 9, form).split("\n"))
