"""A sweep's run is the same run: held against single runs, the article's own loop, and known figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import article, curves_of, run, swept, xor
from tests.nets import Net, nets
from tests.transcription import Array, article_epoch, article_start
from tui_backprop import Timeline, load_experiment
from tui_backprop.core import sweep as module
from tui_backprop.core.diagnostics.verdict import SATURATED, SLOW, VANISHING, verdict
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.outcomes import Ending, Outcome
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.core.sweep import Sweep
from tui_backprop.experiments import Overrides, variant


def by_itself(experiment: Experiment, seed: int, epochs: int) -> list[float]:
    """The error curve of one run of the trainer."""
    return run(variant(experiment, Overrides(seed=seed)), epochs).errors


def drawn(net: Net, init: str, **training: Any) -> Experiment:
    """The same experiment with initial weights that depend on the seed."""
    definition = net.definition
    network = {key: value for key, value in definition["network"].items() if key not in ("weights", "biases")}
    rules = {**definition["training"], **training}
    return load_experiment({**definition, "network": {**network, "init": init}, "training": rules})


@settings(max_examples=60)
@given(
    net=nets(batches=(1,)),
    init=st.sampled_from(["uniform01", "uniform", "normal", "xavier", "he"]),
    rules=st.fixed_dictionaries(
        {
            "shuffle": st.booleans(),
            "optimizer": st.sampled_from(["sgd", "momentum", "rmsprop", "adam"]),
            "l1": st.sampled_from([0.0, 0.01]),
        }
    ),
    first=st.integers(0, 10**6),
)
def test_a_run_of_a_sweep_has_the_bits_of_the_single_run(
    net: Net, init: str, rules: dict[str, Any], first: int
) -> None:
    experiment, seeds = drawn(net, init, **rules), range(first, first + 7)
    curves = curves_of(Sweep(experiment, seeds, 8))
    for seed in seeds:
        assert np.array_equal(curves[seed], by_itself(experiment, seed, 8), equal_nan=True)


@settings(max_examples=40)
@given(
    net=nets(batches=(2, 3, 5), rounds=(None,)), shuffle=st.booleans(), optimizer=st.sampled_from(["sgd", "momentum"])
)
def test_in_mini_batches_too_it_is_the_same_run(net: Net, shuffle: bool, optimizer: str) -> None:
    experiment = drawn(net, "xavier", shuffle=shuffle, optimizer=optimizer, l2=0.01)
    curves = curves_of(Sweep(experiment, range(5), 8))
    for seed in range(5):
        assert curves[seed] == pytest.approx(by_itself(experiment, seed, 8), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", ["exp", "tanh", "log"])
def test_exponentials_have_the_same_bits_however_many_are_taken_at_once(name: str) -> None:
    function, values = getattr(np, name), np.random.default_rng(0).uniform(0.01, 20.0, (5, 1001))
    together = np.empty_like(values)
    function(values.T, together.T)
    for row, found in zip(values.T, together.T, strict=True):
        alone = np.empty((1, 5))
        function(row[None], alone)
        assert np.array_equal(alone[0], found)


def transcribed(seed: int, epochs: int) -> list[float]:
    """The article's own loop, until it has converged."""
    first, second = article_start(seed)
    errors: list[float] = []
    while len(errors) < epochs and (not errors or errors[-1] > 0):
        errors.append(article_epoch(first, second))
    return errors


def test_the_same_seeds_converge_as_in_the_articles_own_loop() -> None:
    sweep = Sweep(load_experiment("article-random"), range(40), 300)
    curves = curves_of(sweep)
    for outcome in sweep.outcomes():
        errors = transcribed(outcome.seed, 300)
        assert (outcome.epochs, outcome.converged) == (len(errors), errors[-1] == 0)
        assert curves[outcome.seed] == pytest.approx(errors, rel=1e-9, abs=1e-12)


@pytest.fixture(scope="module")
def thousand() -> list[Outcome]:
    return swept(load_experiment("article-random"), range(1000), 1000).outcomes()


def test_of_a_thousand_starts_of_the_article_782_converge(thousand: list[Outcome]) -> None:
    epochs = [outcome.epochs for outcome in thousand if outcome.converged]
    assert len(epochs) == 782
    assert (min(epochs), max(epochs)) == (75, 460)
    assert [round(float(q)) for q in np.percentile(epochs, [25, 50, 75])] == [133, 200, 286]
    assert np.percentile(epochs, 95) < 374
    stuck = [outcome.seed for outcome in thousand if not outcome.converged]
    assert stuck[:4] == [13, 14, 15, 17]
    assert thousand[34].epochs == 110
    assert (thousand[34].dead, thousand[34].ending) == (1, Ending.CONVERGED)


def test_where_they_are_stuck_no_gate_switches(thousand: list[Outcome]) -> None:
    """Three of the 218 have a gate that still switches after 1,000 epochs; after 5,000 none has."""
    stuck = [outcome for outcome in thousand if not outcome.converged]
    rest = [outcome.seed for outcome in stuck if outcome.ending is not Ending.LINEAR]
    assert rest == [103, 509, 896]
    assert {round(outcome.error, 2) for outcome in stuck} == {1.0, 1.11}
    assert sum(outcome.dead == 1 for outcome in stuck) == 22
    later = swept(load_experiment("article-random"), rest, 5000)
    assert [outcome.ending for outcome in later.outcomes()] == [Ending.LINEAR] * 3


class TestReasons:
    def test_dead(self) -> None:
        """From seed 0 at rate 1 every gate is shut in the first epoch, and the error is 2 for ever."""
        (outcome,) = swept(load_experiment("article-random", Overrides(rate=1.0)), range(1), 100).outcomes()
        assert (outcome.ending, outcome.dead, outcome.epochs) == (Ending.DEAD, 4, 100)
        assert outcome.error == pytest.approx(2.0)

    def test_diverged(self) -> None:
        sweep = Sweep(article({"hidden": "linear"}, rate=0.5), range(1), 10)
        curves = curves_of(sweep)
        (outcome,) = sweep.outcomes()
        assert (outcome.ending, outcome.epochs) == (Ending.DIVERGED, 3)
        assert curves[0][:2] == pytest.approx([50.5, 6.2e106], rel=0.01)

    @pytest.mark.parametrize(
        "rules", [{}, {"batch": 2}, {"optimizer": "momentum", "shuffle": True}, {"loss": "squared"}]
    )
    def test_the_step_of_a_single_run_that_diverges(self, rules: dict[str, Any]) -> None:
        experiment = article({"hidden": "linear"}, **{"rate": 0.45, **rules})
        found = {outcome.seed: outcome.lost for outcome in swept(experiment, range(12), 40).outcomes()}
        assert len(set(found.values())) > 2
        for seed, lost in found.items():
            alone = Trainer(article({"hidden": "linear", "seed": seed}, **{"rate": 0.45, **rules}))
            state = alone.start()
            while alone.finite(state) and state.step < 40 * alone.steps_per_epoch:
                _, state = alone.record(state)
            assert lost == (0 if alone.finite(state) else state.step)

    def test_a_network_without_gates_is_linear(self) -> None:
        for name in ("no-direction", "linear-collapse"):
            endings = {outcome.ending for outcome in swept(load_experiment(name), range(20), 300).outcomes()}
            assert endings == {Ending.LINEAR}

    @pytest.mark.parametrize(
        ("layers", "rate", "power", "epochs", "expected"),
        [
            ([1, 1], 1e-5, 1, 100, Ending.SLOW),
            ([1, 1], 1e-3, 1, 100, Ending.FALLING),
            ([1, 1], 0.1, 2, 300, Ending.LINEAR),
            ([1, 3, 1], 1e-6, 1, 100, Ending.SLOW),
            ([1, 3, 1], 0.1, 2, 300, Ending.LINEAR),
        ],
    )
    def test_a_network_without_gates_is_linear_only_where_nothing_else_is_wrong(
        self, layers: list[int], rate: float, power: int, epochs: int, expected: Ending
    ) -> None:
        """A straight line can be learned, at a suitable rate; a parabola cannot."""
        x = [place / 10 - 1 for place in range(21)]
        network = {"layers": layers, "hidden": "linear", "bias": True, "init": "xavier"}
        data = {"inputs": [[each] for each in x], "targets": [[2 * each**power + 1] for each in x]}
        experiment = load_experiment({"network": network, "training": {"rate": rate, "stop": 1e-6}, "data": data})
        for outcome in swept(experiment, range(4), epochs).outcomes():
            assert outcome.ending is expected
            assert outcome.cure == ("a hidden layer of relu or tanh units" if power == 2 else "")

    def test_a_plateau_and_an_error_that_is_still_falling(self) -> None:
        """XOR with two tanh units from seed 1 is stuck at .55; with four it is solved about epoch 259."""
        smooth = {"hidden": "tanh", "output": "sigmoid"}
        stuck = swept(xor([2, 2, 1], 1, 0.5, **smooth), [1], 3000)
        falling = swept(xor([2, 4, 1], 1, 0.5, **smooth), [1], 250)
        assert stuck.outcomes()[0].ending is Ending.PLATEAU
        assert stuck.outcomes()[0].error == pytest.approx(0.55, abs=0.005)
        assert falling.outcomes()[0].ending is Ending.FALLING

    def test_samples_that_a_gate_shuts_out_are_no_vanishing_gradient(self) -> None:
        one = xor([2, 1, 1], 1, 0.1, hidden="relu", output="linear", init="he")
        (outcome,) = swept(one, range(3, 4), 400).outcomes()
        assert (outcome.ending, outcome.dead, outcome.linear) == (Ending.PLATEAU, 0, False)

    @pytest.mark.parametrize(
        ("layers", "inputs", "rate", "expected"),
        [
            ([3, 4, 4, 4, 4, 1], 1.0, 0.5, Ending.VANISHING),
            ([3, 4, 1], 100.0, 1e-6, Ending.SATURATED),
            ([3, 4, 1], 1.0, 1e-6, Ending.SLOW),
        ],
    )
    def test_a_plateau_has_a_reason_where_the_header_of_the_studio_has_one(
        self, layers: list[int], inputs: float, rate: float, expected: Ending
    ) -> None:
        rows = [[inputs * a, inputs * b, inputs * c] for a in (0, 1) for b in (0, 1) for c in (0, 1)]
        network = {"layers": layers, "hidden": "sigmoid", "output": "sigmoid", "bias": True, "init": "xavier"}
        data = {"inputs": rows, "targets": [[float(sum(row) % 2)] for row in rows]}
        experiment = load_experiment({"network": network, "training": {"rate": rate}, "data": data})
        outcomes = swept(experiment, range(5), 60).outcomes()
        assert {outcome.ending for outcome in outcomes} == {expected}
        for seed in range(5):
            timeline = Timeline(variant(experiment, Overrides(seed=seed)))
            found = verdict(timeline.go(60 * 8))
            kinds = {VANISHING: Ending.VANISHING, SATURATED: Ending.SATURATED, SLOW: Ending.SLOW}
            assert (kinds[found.trouble] if found else Ending.PLATEAU) is expected

    def test_an_error_that_has_grown_has_diverged_even_if_it_is_finite(self) -> None:
        (outcome,) = swept(xor([2, 4, 1], 1, 5.0, hidden="tanh", output="linear"), range(1, 2), 20).outcomes()
        assert (outcome.ending, outcome.lost) == (Ending.DIVERGED, 0)
        assert 1e200 < outcome.error < np.inf

    def test_falling_is_said_against_an_error_a_fifth_to_a_third_of_the_run_old(self) -> None:
        """XOR with two tanh units from seed 1, looked at after every epoch of the way to its plateau."""
        sweep = Sweep(xor([2, 2, 1], 1, 0.5, hidden="tanh", output="sigmoid"), [1], 1000)
        endings, errors = set(), list[float]()
        for _ in sweep.run():
            (outcome,) = sweep.outcomes()
            if outcome.epochs > len(errors):
                errors.append(outcome.error)
            curve, now = np.array(errors), len(errors)
            if now < 20:
                continue  # a share of so few epochs is no whole number of them
            old = curve[round(now * 0.6) : round(now * 0.8) + 1]
            fell = curve[-1] < 0.99 * old
            assert fell.any() if outcome.ending is Ending.FALLING else not fell.all()
            endings.add(outcome.ending)
        assert endings == {Ending.FALLING, Ending.PLATEAU}


def test_groups_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = load_experiment("article-random")
    together = Sweep(experiment, range(20), 200)
    curves = curves_of(together)
    monkeypatch.setattr(module, "GROUP_MOST", 3)
    apart = Sweep(experiment, range(20), 200)
    assert curves_of(apart) == curves
    assert apart.outcomes() == together.outcomes()


@settings(max_examples=20)
@given(
    net=nets(batches=(1, 3)),
    init=st.sampled_from(["uniform01", "xavier", "constant", "zeros"]),
    rules=st.fixed_dictionaries({"rate": st.sampled_from([1e-6, 0.1, 3.0]), "l2": st.sampled_from([0.0, 3.0])}),
)
def test_a_run_is_judged_as_it_is_alone(net: Net, init: str, rules: dict[str, Any]) -> None:
    experiment = drawn(net, init, **rules)
    together = swept(experiment, range(8), 12).outcomes()
    alone = [outcome for seed in range(8) for outcome in swept(experiment, range(seed, seed + 1), 12).outcomes()]
    assert [repr(outcome) for outcome in together] == [repr(outcome) for outcome in alone]  # errors may be NaN


def test_a_sweep_that_is_stopped_tells_what_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_MOST", 10)
    sweep = Sweep(load_experiment("article-random"), range(30), 400)
    progress: list[float] = []
    for _ in sweep.run():
        progress.append(sweep.progress)
        if progress[-1] >= 1 / 3 + 100 / 400 / 3:
            break
    assert progress == sorted(progress)
    outcomes = sweep.outcomes()
    assert [outcome.seed for outcome in outcomes] == list(range(20))
    assert {outcome.epochs for outcome in outcomes[10:] if not outcome.converged} == {100}
    ended = sorted(sweep.ended(), key=lambda outcome: outcome.seed)
    assert ended == [outcome for outcome in outcomes if outcome.converged or outcome.seed < 10]
    for outcome in outcomes[:10]:
        errors = transcribed(outcome.seed, 400)
        assert (outcome.epochs, outcome.converged) == (len(errors), errors[-1] == 0)


def test_after_a_stop_it_continues_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_MOST", 10)
    experiment = load_experiment("article-random")
    stopped, whole = Sweep(experiment, range(30), 200), swept(experiment, range(30), 200)
    made = 0
    for pause in (501, 502, 10**6):  # in the middle of epochs
        for _ in stopped.run():
            made += 1
            if made == pause:
                break
    assert stopped.outcomes() == whole.outcomes()
    assert list(stopped.run()) == []
    assert stopped.suits(variant(experiment, Overrides(seed=77)), range(30), 200)
    assert not stopped.suits(variant(experiment, Overrides(rate=0.2)), range(30), 200)
    assert not stopped.suits(experiment, range(30), 100)


def test_biases_that_were_given_belong_to_the_weights_that_were() -> None:
    """As with `--seed`: a start from another seed has biases of 0."""
    biases: list[Array] = [np.full(4, 0.3), np.full(1, 0.3)]
    experiment = article({"bias": True, "biases": biases})
    assert curves_of(Sweep(experiment, range(3, 5), 5))[3] == by_itself(experiment, 3, 5)


def test_frozen_biases_belong_to_the_network() -> None:
    """Weights from seed 0 and the given biases: the first sample's error, taken by hand."""
    network = {"layers": [1, 2, 1], "bias": "frozen", "biases": [[1.0, -1.0], [2.0]]}
    experiment = load_experiment({"network": network, "data": {"inputs": [[1.0]], "targets": [[0.0]]}})
    first, second, third, fourth = np.random.RandomState(0).random_sample(4).tolist()
    answer = (first + 1.0) * third + max(0.0, second - 1.0) * fourth + 2.0
    (outcome,) = swept(experiment, range(1), 1).outcomes()
    assert outcome.error == pytest.approx(0.5 * answer**2)
    assert by_itself(experiment, 0, 1) == run(experiment, 1).errors == [outcome.error]
    other = load_experiment({**experiment.definition, "network": {**network, "biases": [[1.0, -1.0], [3.0]]}})
    assert not Sweep(experiment, range(1), 1).suits(replace(other, data=experiment.data), range(1), 1)


def test_a_range_of_seeds_may_be_longer_than_memory() -> None:
    sweep = Sweep(load_experiment("article-random"), range(10**18), 1)
    next(sweep.run())
    assert sweep.seeds == range(10**18)
    assert 0 < len(sweep.outcomes()) < 10_000


@pytest.mark.parametrize("l2", [0.3, 0.5])
def test_a_penalty_that_leaves_a_linear_network_is_named(l2: float) -> None:
    network = {"layers": [3, 4, 1], "hidden": "relu"}
    data = {"inputs": [[1, 1, 1], [1, 1, 0], [0, 1, 0], [0, 1, 1]], "targets": [[1], [0], [1], [0]]}
    for strength in (l2, 1e-9):
        training = {"rate": 0.1, "l2": strength}
        sweep = swept(load_experiment({"network": network, "training": training, "data": data}), range(30), 300)
        stuck = [outcome for outcome in sweep.outcomes() if outcome.ending in (Ending.LINEAR, Ending.PENALTY)]
        assert stuck
        assert all(("penalty" in outcome.sentence) == (strength == l2) for outcome in stuck)
