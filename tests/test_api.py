"""The package as a library: its public names, how they show in a REPL, and that type checkers see them."""

from __future__ import annotations

import ast
import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tui_backprop
from tui_backprop import BackpropError, Experiment, Moment, Timeline, Trainer, load_experiment, watch


def test_the_public_names() -> None:
    assert set(dir(tui_backprop)) == set(tui_backprop.__all__)
    for name in tui_backprop.__all__:
        assert getattr(tui_backprop, name) is not None
    assert not hasattr(tui_backprop, "nothing")
    assert Experiment is type(load_experiment("article"))
    assert Moment is type(Timeline(load_experiment("article")).moment)
    with pytest.raises(BackpropError):
        load_experiment("nowhere")


def test_a_type_checker_sees_every_name_where_it_is() -> None:
    assert resources.files("tui_backprop").joinpath("py.typed").is_file()
    tree = ast.parse(resources.files("tui_backprop").joinpath("__init__.py").read_text("utf-8"))
    found = {
        alias.name: node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    assert {name: found.get(name) for name in tui_backprop._HOME} == tui_backprop._HOME
    assert set(tui_backprop._HOME) | {"__version__"} == set(tui_backprop.__all__)


CONSUMER = """\
from tui_backprop import BackpropError, Experiment, Moment, Timeline, Trainer, load_experiment, watch

def last(source: str) -> Moment:
    experiment: Experiment = load_experiment(source)
    Trainer(experiment)
    try:
        return Timeline(experiment).go(5)
    except BackpropError as error:
        raise SystemExit(error.exit_code)

reveal_type(last)
reveal_type(watch)
"""


@pytest.mark.slow
def test_a_strict_type_checker_is_content_with_a_consumer(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "consumer.py").write_text(CONSUMER)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "consumer.py"],
        cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert 'Revealed type is "def (source: str) -> tui_backprop.core.run.moment.Moment"' in done.stdout.replace(
        "builtins.str", "str"
    )
    assert 'Revealed type is "def (experiment: ' in done.stdout


def test_each_shows_in_one_line() -> None:
    article, iris = load_experiment("article"), load_experiment("iris")
    timeline = Timeline(article)
    shown: dict[object, str] = {
        article: "Experiment('article', 3-4-1, 4 samples)",
        article.network: "Network(3-4-1, relu linear)",
        article.initial: "Parameters(3-4-1, 16 numbers)",
        article.data: "Data(4 samples, 3 inputs, 1 target)",
        iris.data: "Data(105 samples, 4 inputs, 3 targets, 45 test samples)",
        iris.network: "Network(4-8-3, tanh softmax, biases)",
        Trainer(article): "Trainer(Experiment('article', 3-4-1, 4 samples))",
        Trainer(article).start(): "TrainingState(step 0, error 0 so far in its epoch)",
        timeline.moment: "Moment('article', start)",
        timeline.go(5, "mask1"): "Moment('article', step 5, epoch 2, mask1)",
        timeline.moment.passage: "Pass(3-4-1, 1 sample)",
        timeline: "Timeline('article', step 5, epoch 2, mask1)",
    }
    assert {thing: repr(thing) for thing in shown} == shown
    timeline.go(1)
    timeline.edit("rate", (), 0.5)
    assert repr(timeline) == "Timeline('article', step 1, epoch 1, update, branch 2 of 2)"


def test_a_run_can_be_pickled_and_goes_on_with_the_same_bits() -> None:
    timeline = Timeline(load_experiment("article-random"))
    timeline.go(7, "mask1")
    again = pickle.loads(pickle.dumps(timeline))
    moment = pickle.loads(pickle.dumps(timeline.moment))
    assert moment.where == timeline.moment.where
    assert moment.passage.mask[0].tolist() == timeline.go(7, "mask1").passage.mask[0].tolist()  # type: ignore[union-attr]
    for each in (timeline, again):
        each.next_epoch()
        each.back_step()
    assert again.moment.where == timeline.moment.where
    assert again.moment.after.flat.tobytes() == timeline.moment.after.flat.tobytes()
    trainer = pickle.loads(pickle.dumps(Trainer(timeline.experiment)))
    assert trainer.record(trainer.start())[1].parameters.flat.tolist() == timeline.go(1).after.flat.tolist()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
def test_an_error_can_be_handed_on_by_another_process(copied: Callable[[Any], Any]) -> None:
    with pytest.raises(BackpropError) as caught:
        load_experiment({"network": {"layers": [2]}})
    error, again = caught.value, copied(caught.value)
    assert type(again) is type(error)
    assert (str(again), again.hint, vars(again)) == (str(error), error.hint, vars(error))


@pytest.mark.parametrize("of", [Trainer, Timeline])
@pytest.mark.parametrize("experiment", ["article", None, {"network": {"layers": [2, 1]}}])
def test_what_is_not_an_experiment_is_refused(of: Any, experiment: Any) -> None:
    with pytest.raises(BackpropError, match=r"is not an experiment \(load_experiment returns one\)"):
        of(experiment)


@pytest.mark.parametrize("step", ["3", 2.0, True, None])
def test_a_step_is_a_whole_number(step: Any) -> None:
    timeline = Timeline(load_experiment("article"))
    with pytest.raises(BackpropError, match="is not a step"):
        timeline.go(step)
    three: Any = np.int64(3)
    assert timeline.go(three).step == 3


def test_a_large_experiment_shows_in_one_line_too() -> None:
    definition = {
        "network": {"layers": [1, *[2] * 31, 1]},
        "data": {"inputs": np.zeros((5000, 1)), "targets": np.zeros((5000, 1))},
    }
    experiment = load_experiment(definition)
    for thing in (experiment, experiment.data, experiment.initial, Timeline(experiment), Timeline(experiment).moment):
        assert "\n" not in repr(thing)
        assert len(repr(thing)) < 120


def test_to_import_the_package_costs_nothing_and_to_name_watch_imports_no_screen() -> None:
    code = "import sys; from tui_backprop import {}; print(*({{'numpy', 'textual', 'rich'}} & set(sys.modules)))"
    for name, expected in (("__version__", ""), ("BackpropError", ""), ("watch", "numpy")):
        done = subprocess.run(
            [sys.executable, "-c", code.format(name)], capture_output=True, encoding="utf-8", check=True
        )
        assert done.stdout.strip() == expected
    assert watch.__module__ == "tui_backprop.studio.launch"
