"""The presets behave as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tui_backprop.experiments
from tests.core.runs import passes, run
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS
from tui_backprop import Trainer, load_experiment
from tui_backprop.core.forward import evaluate
from tui_backprop.experiments import Overrides, preset_names
from tui_backprop.experiments.csv_files.file import TableFile

PRESETS = Path(tui_backprop.experiments.__file__).parent / "presets"


def test_these_presets_ship_the_default_first() -> None:
    assert preset_names() == [
        "article", "article-random", "no-direction", "linear-collapse", "blame", "dead-relu", "sigmoid", "xor",
        "circle", "spiral", "iris",
    ]  # fmt: skip


@pytest.mark.parametrize("name", preset_names())
def test_each_has_a_title_and_says_what_to_watch(name: str) -> None:
    experiment = load_experiment(name)
    assert experiment.name == name
    assert experiment.title not in ("", name)
    assert experiment.watch[-1] in ".?"


@pytest.mark.parametrize("name", ["article", "article-random", "no-direction", "linear-collapse", "dead-relu"])
def test_the_articles_presets_have_its_data_and_rules(name: str) -> None:
    experiment = load_experiment(name)
    assert experiment.data.inputs.tolist() == ARTICLE_INPUTS.tolist()
    assert experiment.data.targets.tolist() == ARTICLE_TARGETS.tolist()
    training = experiment.training
    assert (training.rate, training.round, training.batch, training.report) == (0.1, 1, 1, "squared")


def test_the_blame_is_shared_out_by_weight_and_h1_has_none() -> None:
    passage = passes(load_experiment("blame"), 1)[0]
    assert passage.a[0].tolist() == [1.0] * 4
    shares = passage.upstream[0]
    assert shares[0] == 0.0
    assert np.abs(shares).argmax() == 3
    assert shares / shares[1] == pytest.approx([0, 1, 10, 100])
    assert passage.gradient[0][:, 0].tolist() == [0.0, 0.0]


def test_the_gate_of_h2_is_shut_for_every_sample_of_the_whole_run() -> None:
    experiment = load_experiment("dead-relu")
    epochs = len(run(experiment, 1000).errors)
    for passage in passes(experiment, 4 * epochs):
        assert passage.mask[0][1] == 0.0
        assert passage.delta[0][1] == 0.0
        assert not passage.gradient[0][:, 1].any()
        assert passage.gradient[1][1] == 0.0
    assert passage.mask[0].any()  # the others live


@pytest.mark.parametrize("name", ["no-direction", "linear-collapse"])
def test_it_never_converges(name: str) -> None:
    stuck = run(load_experiment(name), 2000)
    assert stuck.converged is None
    assert stuck.errors[-1] == stuck.errors[-2] >= 1.0


def test_without_direction_nothing_has_moved_an_epoch_later() -> None:
    experiment = load_experiment("no-direction")
    trainer = Trainer(experiment)
    before = run(experiment, 2000).end
    after = trainer.advance(before, 4)
    step = trainer.advance(before, 1)
    assert np.abs(after.parameters.flat - before.parameters.flat).max() < 1e-12
    assert np.abs(step.parameters.flat - before.parameters.flat).max() > 0.01


def test_no_gate_of_two_linear_layers_ever_shuts() -> None:
    assert all((p.mask[0] == 1.0).all() for p in passes(load_experiment("linear-collapse"), 400))


def test_the_slope_of_sigmoid_is_at_most_a_quarter_and_it_converges() -> None:
    experiment = load_experiment("sigmoid")
    converged = run(experiment, 10_000)
    assert converged.converged is not None
    for passage in passes(experiment, 400):
        assert 0.0 < passage.mask[0].min() <= passage.mask[0].max() <= 0.25


def test_exclusive_or_is_solved_and_cuts_the_square_in_two_places() -> None:
    experiment = load_experiment("xor")
    solved = run(experiment, 1000)
    assert solved.errors[-1] <= experiment.training.stop
    first, bias = solved.end.parameters.weights[0], solved.end.parameters.biases[0]
    gates = experiment.data.inputs @ first + bias > 0
    cuts = {tuple(gate) for gate in gates.T.tolist() if 0 < sum(gate) < 4}
    assert len(cuts) >= 2


def test_iris_is_fishers_data() -> None:
    data = load_experiment("iris", Overrides()).data
    file = TableFile(PRESETS / "iris.csv")
    table = file.read(range(5))
    assert table.values.shape == (150, 5)
    assert table.values[:, :4].mean(axis=0) == pytest.approx([5.843, 3.057, 3.758, 1.199], abs=5e-4)
    assert np.bincount(table.values[:, 4].astype(int)).tolist() == [50, 50, 50]
    assert table.classes[4] == data.target_names == ("setosa", "versicolor", "virginica")
    assert data.test is not None
    assert (len(data), len(data.test)) == (105, 45)


@pytest.mark.parametrize("name", ["circle", "spiral", "iris"])
@pytest.mark.parametrize("seed", [0, 1])
def test_these_are_learned_and_hold_on_samples_never_seen(name: str, seed: int) -> None:
    experiment = load_experiment(name, Overrides(seed=seed))
    end = run(experiment, 120)
    assert end.errors[-1] <= experiment.training.stop
    test = experiment.data.test
    assert test is not None
    found = evaluate(end.end.parameters, experiment.training, test.inputs, test.targets).prediction
    right = found.argmax(1) == test.targets.argmax(1) if found.shape[1] > 1 else (found > 0) == (test.targets > 0)
    assert right.mean() > 0.92
