"""Edits in mid-run: what they change, when they hold, and that nothing is lost whatever the order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import XOR
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Array, relu, relu2deriv
from tui_backprop.core.diagnostics.samples import samples_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.conditions import Condition, gate_flips, sign_changes, unit_dies
from tui_backprop.core.run.edits import Value, What
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import load_experiment


def article() -> Timeline:
    return Timeline(load_experiment("article"))


def plain_run(steps: int, at: int, change: Any) -> tuple[Array, Array]:
    """The article's loop, with `change(w1, w2, rules)` called after step `at`."""
    start = load_experiment("article").initial
    first, second = start.weights[0].copy(), start.weights[1].copy()
    rules: dict[str, Any] = {"rate": 0.1, "inputs": ARTICLE_INPUTS.copy(), "targets": ARTICLE_TARGETS.copy()}
    for step in range(steps):
        if step == at:
            change(first, second, rules)
        i = step % 4
        x, y = rules["inputs"][i : i + 1], rules["targets"][i : i + 1]
        hidden = relu(x @ first)
        delta = np.round(hidden @ second, 1) - y
        hidden_delta = delta @ second.T * relu2deriv(hidden)
        second -= rules["rate"] * hidden.T @ delta
        first -= rules["rate"] * x.T @ hidden_delta
    return first, second


def set_weight(first: Any, second: Any, rules: Any) -> None:
    first[1, 2] = -0.75


def set_rate(first: Any, second: Any, rules: Any) -> None:
    rules["rate"] = 0.3


def set_input(first: Any, second: Any, rules: Any) -> None:
    rules["inputs"][2, 0] = 0.5


def set_target(first: Any, second: Any, rules: Any) -> None:
    rules["targets"][0, 0] = -1.0


CHANGES: list[tuple[What, tuple[int, ...], Value, Any]] = [
    ("weight", (1, 1, 2), -0.75, set_weight),
    ("rate", (), 0.3, set_rate),
    ("input", (2, 0), 0.5, set_input),
    ("target", (0, 0), -1.0, set_target),
]


def assert_edited(timeline: Timeline, what: What, place: tuple[int, ...], value: Value, change: Any) -> None:
    """An edit where the timeline is holds for the steps after it, and for none before."""
    at = timeline.moment.step
    timeline.edit(what, place, value)
    moment = timeline.go(at + 30)
    first, second = plain_run(at + 30, at, change)
    np.testing.assert_allclose(moment.parameters.weights[0], first, rtol=0, atol=1e-12)
    np.testing.assert_allclose(moment.parameters.weights[1], second, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("what", "place", "value", "change"), CHANGES, ids=[change[0] for change in CHANGES])
@pytest.mark.parametrize("at", [0, 3, 6, 70])
def test_an_edit_holds_from_its_step_on(what: What, place: tuple[int, ...], value: Value, change: Any, at: int) -> None:
    timeline = article()
    timeline.go(at)
    assert_edited(timeline, what, place, value, change)


@pytest.mark.parametrize(("what", "place", "value", "change"), CHANGES, ids=[change[0] for change in CHANGES])
@pytest.mark.parametrize("at", [63, 64, 65, 128])
def test_an_edit_in_the_past_is_made_where_a_checkpoint_was_kept(
    what: What, place: tuple[int, ...], value: Value, change: Any, at: int
) -> None:
    timeline = article()
    timeline.go(200)
    timeline.go(at)
    assert_edited(timeline, what, place, value, change)


def test_an_edit_in_mid_step_holds_before_the_step() -> None:
    timeline = article()
    timeline.go(6, "sum1")
    moment = timeline.edit("weight", (1, 1, 2), -0.75)
    assert (moment.step, moment.phase) == (6, "sum1")
    assert moment.before.weights[0][1, 2] == -0.75
    assert moment.sum(1) is not None
    first, _ = plain_run(20, 5, set_weight)
    np.testing.assert_allclose(timeline.go(20).parameters.weights[0], first, rtol=0, atol=1e-12)


def test_an_edit_at_the_end_of_a_step_shows_beside_what_training_made() -> None:
    timeline = article()
    trained = timeline.go(5).after.weights[0][1, 2]
    moment = timeline.edit("weight", (1, 1, 2), 0.25)
    assert moment.after.weights[0][1, 2] == trained
    assert moment.parameters.weights[0][1, 2] == 0.25
    assert [edit.what for edit in moment.edits] == ["weight"]
    moment = timeline.edit("rate", (), 0.5)
    assert (moment.experiment.training.rate, moment.ahead.training.rate) == (0.1, 0.5)
    assert timeline.next_phase().experiment.training.rate == 0.5


def test_the_start_can_be_edited() -> None:
    timeline = article()
    assert timeline.edit("weight", (2, 3, 0), 2.0).parameters.weights[1][3, 0] == 2.0
    assert timeline.edit("activation", (1,), "tanh").experiment.network.activations == ("tanh", "linear")
    assert timeline.go(1).experiment.network.activations == ("tanh", "linear")


def test_going_back_keeps_an_edit() -> None:
    timeline = article()
    timeline.go(9)
    after = timeline.edit("rate", (), 0.02)
    far = timeline.go(40).parameters.flat.tobytes()
    timeline.go(2)
    assert timeline.moment.experiment.training.rate == 0.1
    assert timeline.go(40).parameters.flat.tobytes() == far
    assert len(after.branches) == len(timeline.moment.branches) == 1


def test_a_branch_that_begins_before_the_goal_has_not_reached_it() -> None:
    timeline = article()
    assert timeline.go(600).converged_at == 148
    timeline.go(10)
    assert timeline.edit("weight", (1, 0, 0), 1.5).converged_at is None
    assert timeline.converged_at is None
    assert timeline.switch(0).converged_at is None
    assert timeline.converged_at == 148
    timeline.go(596)
    timeline.edit("weight", (1, 0, 0), 1.5)
    assert timeline.converged_at is None
    assert timeline.back_step().converged_at == 148


def test_after_an_edit_a_run_converges_again() -> None:
    timeline = article()
    timeline.go(592)
    timeline.edit("weight", (1, 0, 0), 1.5)
    *_, (epoch, held) = timeline.run_epochs(lambda errors: len(errors) == timeline.converged_at, 5000)
    errors = timeline.moment.errors[148:epoch]
    assert held
    assert errors[0] > 0
    assert np.flatnonzero(errors == 0).tolist() == [len(errors) - 1]
    assert timeline.moment.converged_at == epoch


def test_editing_the_past_begins_a_branch_and_keeps_the_old_future() -> None:
    timeline = article()
    old = timeline.go(80).parameters.flat.tobytes()
    errors = timeline.moment.errors.copy()
    timeline.go(10)
    moment = timeline.edit("weight", (1, 0, 0), 1.5)
    assert [branch.name for branch in moment.branches] == ["1", "2"]
    assert moment.present == 1
    assert moment.ghosts[0].tolist() == errors.tolist()
    assert moment.errors.tolist() == errors[:2].tolist()
    assert timeline.go(80).parameters.flat.tobytes() != old
    assert timeline.switch(0).step == 10
    assert timeline.go(80).parameters.flat.tobytes() == old
    assert timeline.rename(1, "what if").branches[1].name == "what if"
    assert timeline.switch(1).step == 80


def test_another_batch_size_waits_for_the_end_of_the_epoch_and_changes_its_length() -> None:
    timeline = article()
    timeline.go(6)
    assert timeline.edit("batch", (), 2).epoch == 2
    assert timeline.go(8).epochs_completed == 2
    moment = timeline.go(9)
    assert (moment.epoch, moment.order, moment.samples) == (3, 1, (0, 1))
    assert timeline.next_epoch().step == 10
    assert timeline.next_epoch().step == 12
    assert timeline.moment.epochs_completed == 4
    assert len(timeline.moment.errors) == 4
    assert timeline.back_epoch().step == 10
    assert timeline.go(7).samples == (2,)


def test_shuffling_waits_for_the_end_of_the_epoch() -> None:
    timeline = article()
    timeline.go(6)
    assert not timeline.edit("shuffle", (), True).experiment.training.shuffle
    assert [timeline.go(step).samples for step in (7, 8)] == [(2,), (3,)]
    for epoch in (3, 4):
        order = np.random.default_rng((0, epoch)).permutation(4).tolist()  # the article's seed is 0
        assert [timeline.go(4 * (epoch - 1) + place).sample for place in (1, 2, 3, 4)] == order


def test_changing_nothing_changes_nothing() -> None:
    timeline = article()
    timeline.go(20)
    timeline.go(5)
    assert timeline.edit("rate", (), 0.1).branches == timeline.moment.branches
    assert len(timeline.moment.branches) == 1


WRONG: list[tuple[str, tuple[int, ...], Value]] = [
    ("weight", (3, 0, 0), 1.0),
    ("weight", (1, 3, 0), 1.0),
    ("weight", (1, -1, 0), 1.0),
    ("weight", (1, 0, 0), float("nan")),
    ("weight", (1, 0, 0), True),
    ("weight", (1, 0), 1.0),
    ("bias", (1, 0), 1.0),
    ("input", (4, 0), 1.0),
    ("rate", (), 0.0),
    ("rate", (), -1.0),
    ("rate", (), "much"),
    ("rate", (0,), 0.2),
    ("momentum", (), 1.0),
    ("batch", (), 5),
    ("batch", (), 0),
    ("batch", (), 1.5),
    ("shuffle", (), 1.0),
    ("optimizer", (), "luck"),
    ("activation", (1,), "softmax"),
    ("activation", (0,), "relu"),
    ("seed", (), 3.0),
]


@pytest.mark.parametrize(("what", "place", "value"), WRONG)
def test_what_does_not_fit_is_refused_and_changes_nothing(what: What, place: tuple[int, ...], value: Value) -> None:
    timeline = article()
    before = timeline.go(7)
    with pytest.raises(BackpropError):
        timeline.edit(what, place, value)
    assert timeline.moment is before


EDITS = st.one_of(
    st.tuples(
        st.just("weight"),
        st.tuples(st.just(1), st.integers(0, 2), st.integers(0, 3)),
        st.sampled_from([-1.0, -0.0, 0.0, 0.3]),
    ),
    st.tuples(st.just("rate"), st.just(()), st.sampled_from([0.05, 0.1, 0.2])),
    st.tuples(st.just("batch"), st.just(()), st.integers(1, 4)),
    st.tuples(st.just("shuffle"), st.just(()), st.booleans()),
    st.tuples(st.just("optimizer"), st.just(()), st.sampled_from(["sgd", "momentum", "rmsprop", "adam"])),
    st.tuples(st.just("activation"), st.just((1,)), st.sampled_from(["relu", "tanh"])),
    st.tuples(st.just("target"), st.tuples(st.integers(0, 3), st.just(0)), st.sampled_from([0.0, 1.0])),
)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), EDITS),
        st.tuples(st.just("go"), st.integers(0, 90)),
        st.tuples(st.just("phase"), st.integers(-3, 3)),
        st.tuples(st.just("epoch"), st.sampled_from([-1, 1])),
        st.tuples(st.just("switch"), st.integers(0, 5)),
    ),
    max_size=14,
)


def act(timeline: Timeline, name: str, what: Any) -> None:
    if name == "edit":
        timeline.edit(*what)
    elif name == "go":
        timeline.go(what)
    elif name == "epoch":
        _ = timeline.next_epoch() if what > 0 else timeline.back_epoch()
    elif name == "switch":
        timeline.switch(what % len(timeline.moment.branches))
    else:
        for _ in range(abs(what)):
            _ = timeline.next_phase() if what > 0 else timeline.back_phase()


def bits(moment: Moment) -> tuple[object, ...]:
    passage = None if moment.passage is None else moment.passage.values
    epochs = moment.errors[: moment.epochs_completed].tobytes()
    return moment.step, moment.phase, moment.epoch, moment.parameters.flat.tobytes(), passage, epochs, moment.recent


@settings(max_examples=80)
@given(ACTS)
def test_every_branch_is_a_function_of_its_edits(acts: list[tuple[str, Any]]) -> None:
    """Replayed on a fresh timeline from what a session keeps, every branch has the same bits."""
    timeline = article()
    names: set[str] = set()
    for name, what in acts:
        act(timeline, name, what)
        now = {branch.name for branch in timeline.moment.branches}
        assert names <= now, "a branch was lost"
        names = now
    branches, present = timeline.moment.branches, timeline.moment.present
    for index, branch in enumerate(branches):
        fresh = Timeline(timeline.experiment, branches=branches, present=index)
        for _ in fresh.recall():
            pass
        fresh.go(branch.step, branch.phase if branch.step else None)
        assert bits(timeline.switch(index)) == bits(fresh.moment)
    assert timeline.switch(present).branches == branches


def test_many_branches_of_a_large_network_stay_within_the_memory() -> None:
    budget = 2**20
    definition = {"network": {"layers": [2, 60, 60, 1], "init": "he"}, "data": XOR}
    timeline = Timeline(load_experiment(definition), budget)
    for number in range(31):
        timeline.go(200)
        timeline.go(100)
        timeline.edit("rate", (), 0.05 + 0.001 * number)
    assert len(timeline.moment.branches) == 32
    assert timeline.memory < 2 * budget
    timeline.go(200)
    timeline.go(100)
    before = timeline.moment
    with pytest.raises(BackpropError, match="32 branches"):
        timeline.edit("rate", (), 0.5)
    assert timeline.moment is before


def test_a_run_that_waits_sees_what_steps_do_and_not_what_a_hand_did() -> None:
    timeline = article()
    timeline.go(4)
    timeline.edit("activation", (1,), "tanh")
    timeline.go(8)
    timeline.edit("activation", (1,), "relu")
    timeline.go(9)
    timeline.edit("weight", (1, 0, 0), -9.0)
    timeline.go(6)
    for condition in (gate_flips(), unit_dies(), sign_changes(0, "w")):
        timeline.go(6)
        seen: list[tuple[int, str]] = []

        def happened(
            experiment: Experiment,
            before: TrainingState,
            after: TrainingState,
            condition: Condition = condition,
            seen: list[tuple[int, str]] = seen,
        ) -> bool:
            seen.append((after.step, condition(experiment, before, after)))
            return False

        list(timeline.run_steps(happened, 4))
        assert [step for step, _ in seen] == [7, 8, 9, 10]
    assert dict(seen)[9] == "", "a sign that the hand changed"


def test_after_an_edit_the_change_is_what_the_edit_did() -> None:
    timeline = article()
    before = samples_of(timeline.go(1)).error
    edits: list[tuple[What, tuple[int, ...], Value]] = [
        ("weight", (2, 0, 0), 5.0),
        ("activation", (1,), "tanh"),
        ("input", (1, 0), 3.0),
    ]
    for what, place, value in edits:
        timeline.go(1)
        edited = samples_of(timeline.edit(what, place, value))
        assert edited.change is not None
        assert edited.change.tolist() == (edited.error - before).tolist()
        assert edited.change.any()


def test_editing_samples_fills_no_memory_without_end() -> None:
    random = np.random.default_rng(0)
    data = {"inputs": random.normal(size=(1000, 2)), "targets": random.normal(size=(1000, 1))}
    timeline = Timeline(load_experiment({"network": {"layers": [2, 2, 1]}, "data": data}), budget=2**20)
    for step in range(10):
        timeline.go(step + 1)
        timeline.edit("rate", (), 0.01 * (step + 1))
    few = timeline.memory

    def edit_many() -> None:
        for step in range(10, 100):
            timeline.go(step + 1)
            timeline.edit("input", (step, 0), float(step))

    with pytest.raises(BackpropError, match=r"fill the memory for them \(a new run begins without any"):
        edit_many()
    assert few < 2**17, "edits of rules share the samples"
    assert timeline.memory <= 2 * 2**20


def test_what_an_optimiser_remembers_outlives_an_edit_but_not_another_optimiser() -> None:
    """One weight, one sample x = 1, y = 0, on plain floats: g = w, v = 0.5·v + g, w −= 0.1·v."""
    definition = {
        "network": {"layers": [1, 1], "weights": [[[1.0]]]},
        "training": {"rate": 0.1, "optimizer": "momentum", "momentum": 0.5},
        "data": {"inputs": [[1.0]], "targets": [[0.0]]},
    }
    w, v = 1.0, 0.0
    wanted = []
    for step in range(1, 10):
        if step <= 8:
            v = 0.5 * v + w
            w -= (0.1 if step <= 4 else 0.2) * v
        else:
            w -= 0.2 * w  # plain SGD from step 9 on
        w = 3.0 if step == 2 else w
        wanted.append(w)
    timeline = Timeline(load_experiment(definition))
    timeline.go(2)
    timeline.edit("weight", (1, 0, 0), 3.0)
    timeline.go(4)
    timeline.edit("rate", (), 0.2)
    timeline.go(8)
    timeline.edit("optimizer", (), "sgd")
    found = [float(timeline.go(step).parameters.weights[0][0, 0]) for step in range(1, 10)]
    assert found == pytest.approx(wanted, abs=1e-12)
    memory = timeline.go(9).memory_after
    assert (memory.slots.shape, memory.age) == ((0, 1), 1)
