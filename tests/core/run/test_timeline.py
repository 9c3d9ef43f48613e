"""The cursor: every way to move, both ways, gives what a fresh trainer computes directly."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice
from operator import add
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import article, xor
from tests.transcription import Array
from tui_backprop import Timeline, Trainer, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import START, Moment, Snapshot, phases
from tui_backprop.core.run.timeline import RECENT
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides

T = TypeVar("T")
SMALL_BUDGET = 6000
"""Bytes for a handful of checkpoints and 256 epochs."""


def changed(name: str, **training: object) -> Experiment:
    definition = dict(load_experiment(name).definition)
    definition["training"] = {**definition["training"], **training}
    return load_experiment(definition)


@cache
def many(batch: int = 1, samples: int = 60) -> Experiment:
    """Samples in a new order each epoch."""
    random = np.random.default_rng(5)
    data = {"inputs": random.normal(size=(samples, 2)), "targets": random.normal(size=(samples, 1))}
    network = {"layers": [2, 3, 1], "bias": True, "init": "normal", "seed": 4}
    return load_experiment(
        {"network": network, "training": {"rate": 0.01, "shuffle": True, "batch": batch}, "data": data}
    )


EXPERIMENTS: dict[str, Callable[[], Experiment]] = {
    "article": lambda: load_experiment("article"),
    "one layer": lambda: load_experiment("no-direction"),
    "shuffled": lambda: load_experiment("xor", Overrides(shuffle=True)),
    "shuffled, many samples": many,
    "mini-batches of 9 of many": lambda: many(9),
    "mini-batches of 3, shuffled": lambda: changed("article", batch=3, shuffle=True, round=2),
    "full batch": lambda: changed("xor", batch="full"),
    "tanh": lambda: xor([2, 3, 2, 1], 1, 0.3, hidden="tanh", output="sigmoid"),
    "diverging": lambda: article({"hidden": "linear", "seed": 0}, rate=0.5),
}
LAST = 1300
"""Steps of each experiment that the walks stay within."""


@dataclass(frozen=True)
class Direct:
    """What a fresh trainer computes: state and pass of every step, the error of every epoch."""

    trainer: Trainer
    flats: list[Array]
    totals: list[float]
    passes: list[bytes]
    errors: list[list[float]]
    epoch_errors: Array


@cache
def directly(name: str) -> Direct:
    trainer = Trainer(EXPERIMENTS[name]())
    state = trainer.start()
    direct = Direct(trainer, [state.parameters.flat], [0.0], [b""], [[]], np.empty(0))
    epochs = []
    for step in range(1, LAST + 1):
        passage, state = trainer.record(state)
        direct.flats.append(state.parameters.flat)
        direct.totals.append(state.epoch_error)
        direct.passes.append(passage.values)
        direct.errors.append(np.atleast_1d(passage.error).tolist())
        if step % trainer.steps_per_epoch == 0:
            epochs.append(state.epoch_error)
    return Direct(trainer, direct.flats, direct.totals, direct.passes, direct.errors, np.array(epochs))


def same(one: object, other: object) -> bool:
    return np.array_equal(np.asarray(one, np.float64), np.asarray(other, np.float64), equal_nan=True)


def assert_moment_is_direct(moment: Moment, direct: Direct) -> None:
    """Whether everything in the moment has the bits of the direct computation."""
    step, length = moment.step, direct.trainer.steps_per_epoch
    assert moment.epoch == -(-step // length)
    assert moment.after.flat.tobytes() == direct.flats[step].tobytes()
    assert moment.before.flat.tobytes() == direct.flats[max(0, step - 1)].tobytes()
    assert len(moment.errors) >= moment.epochs_completed
    assert same(moment.errors, direct.epoch_errors[: len(moment.errors)])
    if step == 0:
        assert moment.passage is None
        assert (moment.samples, moment.recent, moment.epoch_error) == ((), (), None)
        return
    assert moment.passage is not None
    assert moment.passage.values == direct.passes[step]
    assert moment.samples == direct.trainer.samples(step)
    first = (step - 1) // length * length
    assert same(moment.error_before, direct.totals[step - 1] if step - 1 > first else 0.0)
    if moment.reached("error"):
        assert same(moment.epoch_error, direct.totals[step])
    else:
        assert same(moment.epoch_error, direct.totals[step - 1] if step - 1 > first else None)
    earlier = range(max(first + 1, step - RECENT), step)
    assert [row for row, _ in moment.recent] == [direct.trainer.samples(number)[0] for number in earlier]
    assert same([e for _, e in moment.recent], [reduce(add, direct.errors[number]) for number in earlier])


@dataclass
class Cursor:
    """Where the moves should lead, by plain counting."""

    depth: int
    length: int
    step: int = 0
    phase: int = 0

    def __post_init__(self) -> None:
        self.count = len(phases(self.depth))
        self.phase = self.count - 1

    @property
    def complete(self) -> bool:
        return self.phase == self.count - 1

    @property
    def position(self) -> int:
        return self.step if self.complete else self.step - 1

    def end(self, step: int) -> None:
        self.step, self.phase = max(0, step), self.count - 1

    def next_phase(self) -> None:
        self.step, self.phase = (self.step + 1, 0) if self.complete else (self.step, self.phase + 1)

    def back_phase(self) -> None:
        if self.step and self.phase:
            self.phase -= 1
        else:
            self.end(self.step - 1)

    def next_step(self) -> None:
        self.end(self.position + 1)

    def back_step(self) -> None:
        self.end(self.step - 1)

    def next_epoch(self) -> None:
        self.end((self.position // self.length + 1) * self.length)

    def back_epoch(self) -> None:
        self.end((self.step - 1) // self.length * self.length)


def begun(journey: Iterator[T], slices: int) -> list[T]:
    """The first slices of a journey, which is then left."""
    assert isinstance(journey, Generator)
    with closing(journey):
        return [item for _, item in zip(range(slices), journey, strict=False)]


PLAIN_MOVES = ("next_phase", "back_phase", "next_step", "back_step", "next_epoch", "back_epoch")
MOVES = st.lists(
    st.sampled_from(PLAIN_MOVES)
    | st.tuples(st.just("go"), st.integers(0, LAST))
    | st.tuples(st.just("go into"), st.integers(1, LAST), st.integers(0, 5))
    | st.tuples(st.just("run_until"), st.integers(1, 90))
    | st.tuples(st.just("run_epochs"), st.integers(0, 20))
    | st.tuples(st.just("leave a journey"), st.integers(1, LAST), st.integers(1, 3)),
    max_size=25,
)


def make(move: str | tuple[str, int] | tuple[str, int, int], timeline: Timeline, cursor: Cursor) -> None:
    """The move, made by the timeline and counted by the cursor."""
    names = phases(cursor.depth)
    match move:
        case str():
            getattr(timeline, move)()
            getattr(cursor, move)()
        case ("go", step):
            timeline.go(step=step)
            cursor.end(step)
        case ("go into", step, phase):
            timeline.go(step=step, phase=names[phase])
            cursor.step, cursor.phase = step, phase
        case ("run_until", steps):
            goal = cursor.position + steps
            assert timeline.run_until(lambda moment: moment.step >= goal, limit=100)
            cursor.end(goal)
        case ("run_epochs", epochs):
            epochs = min(epochs, LAST // cursor.length - cursor.position // cursor.length)
            reached = dict(
                timeline.run_epochs(lambda errors: False, limit=epochs)
            )  # a long epoch is told more than once
            first = cursor.position // cursor.length
            assert list(reached) == list(range(first + 1, first + epochs + 1))
            cursor.end(cursor.length * (first + epochs) if epochs else cursor.position)
        case ("leave a journey", step, slices):
            if len(begun(timeline.travel(step), slices)) < slices:
                cursor.end(step)


@pytest.mark.parametrize("name", EXPERIMENTS)
@pytest.mark.parametrize("memory", ["little memory", "much memory"])
@settings(max_examples=8)
@given(moves=MOVES)
def test_any_walk_gives_what_is_computed_directly(
    name: str, memory: str, moves: list[str | tuple[str, int] | tuple[str, int, int]]
) -> None:
    direct = directly(name)
    history = 2 * 8 * 2 ** max(6, len(direct.epoch_errors).bit_length())
    timeline = Timeline(direct.trainer.experiment, history if memory == "little memory" else 2**20)
    cursor = Cursor(timeline.experiment.network.depth, direct.trainer.steps_per_epoch)
    for move in moves:
        if cursor.step > LAST - 100:
            make(("go", LAST - 400), timeline, cursor)
        make(move, timeline, cursor)
        moment = timeline.moment
        expected = phases(cursor.depth)[cursor.phase] if cursor.step else START
        assert (moment.step, moment.phase) == (cursor.step, expected)
        assert_moment_is_direct(moment, direct)


def bits(moment: Moment) -> tuple[object, ...]:
    flat = b"" if moment.passage is None else moment.passage.values
    recent = np.array(moment.recent).tobytes()
    return moment.step, moment.phase, flat, moment.before.flat.tobytes(), moment.after.flat.tobytes(), recent


@pytest.mark.parametrize("name", EXPERIMENTS)
@settings(max_examples=6)
@given(start=st.integers(0, 500), phase=st.integers(0, 5), count=st.integers(1, 60))
def test_as_many_phases_back_as_forward_lead_to_the_same_bits(name: str, start: int, phase: int, count: int) -> None:
    timeline = Timeline(EXPERIMENTS[name]())
    timeline.go(step=start, phase=timeline._phases[phase])
    forward = [bits(timeline.moment)]
    forward += [bits(timeline.next_phase()) for _ in range(count)]
    back = [bits(timeline.moment)]
    back += [bits(timeline.back_phase()) for _ in range(count)]
    assert back == forward[::-1]


def test_a_move_back_from_the_start_stays_there() -> None:
    timeline = Timeline(load_experiment("article"))
    for move in (timeline.back_phase, timeline.back_step, timeline.back_epoch):
        assert move().step == 0
        assert timeline.moment.phase == START


def test_a_journey_that_is_interrupted_leaves_the_cursor() -> None:
    timeline = Timeline(load_experiment("article"))
    moment = timeline.go(step=7, phase="mask1")
    assert max(begun(timeline.travel(5000), 20)) > 1000
    assert timeline.moment is moment
    assert_moment_is_direct(timeline.next_phase(), directly("article"))
    assert_moment_is_direct(timeline.back_step(), directly("article"))


def test_an_interrupted_run_of_epochs_stays_where_it_got_to() -> None:
    timeline = Timeline(load_experiment("article"))
    assert begun(timeline.run_epochs(lambda errors: False, limit=100), 3) == [(1, False), (2, False), (3, False)]
    assert (timeline.moment.step, timeline.moment.phase) == (12, "update")


def test_a_long_epoch_can_be_interrupted() -> None:
    experiment = many(samples=3000)
    timeline = Timeline(experiment)
    assert begun(timeline.run_epochs(lambda errors: False, limit=9), 3) == [(1, False)] * 3
    assert 0 < timeline.moment.step < 3000
    trainer = Trainer(experiment)
    state = trainer.advance(trainer.start(), timeline.moment.step, [])
    assert timeline.moment.parameters.flat.tobytes() == state.parameters.flat.tobytes()


def kept(snapshot: Snapshot | Moment) -> tuple[object, ...]:
    return snapshot.base, snapshot.step, snapshot.phase, snapshot.branches, snapshot.present


def test_it_stands_as_far_as_a_move_forward_has_got() -> None:
    ways: tuple[Callable[[Timeline], Iterator[object]], ...] = (
        lambda timeline: timeline.travel(5000),
        lambda timeline: timeline.run_epochs(lambda errors: False, limit=500),
        lambda timeline: timeline.run_steps(lambda *_: False, limit=5000),
    )
    for begin in ways:
        timeline = Timeline(load_experiment("article"))
        before = timeline.go(step=7, phase="mask1")
        assert kept(timeline.snapshot) == kept(before)
        journey = begin(timeline)
        last = 7
        for _ in islice(journey, 20):
            snapshot = timeline.snapshot
            assert last <= snapshot.step
            assert snapshot.step == 7 or snapshot.phase == "update"
            assert snapshot.branches[0].step == snapshot.step <= snapshot.branches[0].reached
            last = snapshot.step
        assert last > 20
        assert isinstance(journey, Generator)
        journey.close()
        assert kept(timeline.snapshot)[1:3] == kept(timeline.moment)[1:3]
        assert timeline.snapshot.step in (7, last, last + 1)
        for _ in begin(timeline):
            pass
        assert kept(timeline.snapshot) == kept(timeline.moment)


def test_on_the_way_back_it_stands_where_it_was() -> None:
    timeline = Timeline(load_experiment("article"), budget=300_000)
    timeline.go(step=20_000)
    for _ in timeline.travel(9000):
        assert timeline.snapshot.step == 20_000
    assert timeline.snapshot.step == 9000


def test_running_until_convergence_stops_in_epoch_148() -> None:
    timeline = Timeline(load_experiment("article"))
    reached = list(timeline.run_epochs(lambda errors: errors[-1] == 0, limit=1000))
    assert reached[-1] == (148, True)
    assert (timeline.moment.epoch, timeline.moment.step, timeline.moment.converged_at) == (148, 592, 148)
    assert timeline.back_epoch().converged_at is None


def test_run_until_stops_at_the_first_step_where_the_condition_holds() -> None:
    timeline = Timeline(load_experiment("article"))
    sample_solved = next(step for step, errors in enumerate(directly("article").errors) if errors == [0.0])
    assert timeline.run_until(lambda moment: moment.error == 0.0)
    assert timeline.moment.step == sample_solved
    assert not timeline.run_until(lambda moment: False, limit=10)
    assert timeline.moment.step == sample_solved + 10


def test_the_history_holds_only_epochs_that_were_reached() -> None:
    timeline = Timeline(load_experiment("article"))
    assert len(timeline.go(step=4, phase="gradient").errors) == 0
    assert len(timeline.next_phase().errors) == 1
    assert len(timeline.go(step=401).errors) == 100
    assert len(timeline.go(step=9).errors) == 100
    assert timeline.moment.epochs_completed == 2


def test_a_moment_never_changes() -> None:
    timeline = Timeline(load_experiment("article"))
    moment = timeline.go(step=5)
    before = (bits(moment), moment.errors.tolist())
    for _ in timeline.run_epochs(lambda errors: False, limit=200):
        pass
    timeline.go(step=3)
    assert (bits(moment), moment.errors.tolist()) == before
    with pytest.raises(ValueError, match="read-only"):
        moment.errors[0] = 0.0


@pytest.mark.parametrize(("step", "phase"), [(-1, None), (3, "mask2"), (3, "nonsense"), (3, "start")])
def test_there_is_no_such_place(step: int, phase: str | None) -> None:
    timeline = Timeline(load_experiment("article"))
    with pytest.raises(BackpropError, match="no step -1" if step < 0 else f"no phase '{phase}'"):
        timeline.go(step=step, phase=phase)
    assert timeline.moment.step == 0


def test_a_phase_is_found_by_its_name_on_the_screen() -> None:
    timeline = Timeline(load_experiment("article"))
    assert [timeline.go(2, name).phase for name in ("relu1", "predict", "mask1")] == ["activate1", "activate2", "mask1"]


@pytest.mark.parametrize("number", [1, -1])
def test_there_is_no_such_branch(number: int) -> None:
    timeline = Timeline(load_experiment("article"))
    for move in (timeline.switch, lambda index: timeline.rename(index, "other")):
        with pytest.raises(BackpropError, match=f"no branch {number}"):
            move(number)
    assert timeline.next_step().branches[0].name == "1"
    with pytest.raises(BackpropError, match=f"no branch {number}"):
        Timeline(timeline.experiment, present=number)


@pytest.mark.parametrize(("epoch", "sample", "what"), [(1, 4, "sample #4"), (1, -1, "sample #-1"), (0, 0, "epoch 0")])
def test_there_is_no_such_step(epoch: int, sample: int, what: str) -> None:
    with pytest.raises(BackpropError, match=f"no {what}"):
        Timeline(load_experiment("article")).step_of(epoch, sample)


def test_a_step_is_found_by_its_epoch_and_sample() -> None:
    for name in ("article", "shuffled", "mini-batches of 3, shuffled", "full batch"):
        timeline = Timeline(EXPERIMENTS[name]())
        for epoch in (1, 2, 7):
            for sample in range(4):
                moment = timeline.go(step=timeline.step_of(epoch, sample))
                assert (moment.epoch, sample in moment.samples) == (epoch, True)


def jumps() -> Iterator[int]:
    random = np.random.default_rng(1)
    yield from (5000, 1, 4999, 2500, 0)
    yield from random.integers(1, 5000, 40).tolist()


@pytest.mark.parametrize("budget", [4000, 12_000, 100_000])
def test_little_memory_means_fewer_checkpoints_and_the_same_bits(budget: int) -> None:
    experiment = many()
    trainer, timeline = Trainer(experiment), Timeline(experiment, budget)
    for step in jumps():
        moment = timeline.go(step=step)
        assert timeline.memory <= budget
        expected = trainer.advance(trainer.start(), step)
        assert moment.after.flat.tobytes() == expected.parameters.flat.tobytes()
    assert len(timeline.go(step=5000).errors) == 5000 // 60


def test_a_history_that_outgrows_the_memory_is_refused_in_words() -> None:
    timeline = Timeline(load_experiment("article"), SMALL_BUDGET)
    with pytest.raises(BackpropError, match=r"epochs fill the memory .* \(a new run begins with an empty one"):
        timeline.go(step=4 * 1000)
    assert timeline.moment.step == 0
    assert_moment_is_direct(timeline.go(step=400), directly("article"))


def test_a_step_of_a_million_is_reached_and_left_within_the_memory() -> None:
    experiment = load_experiment("xor")
    budget = 4 * 2**20
    trainer, timeline = Trainer(experiment), Timeline(experiment, budget)
    there = timeline.go(step=1_000_000)
    assert timeline.memory <= budget
    middle = timeline.go(step=500_001)
    assert timeline.memory <= budget
    assert len(middle.errors) == 250_000
    state = trainer.advance(trainer.start(), 500_001)
    assert middle.after.flat.tobytes() == state.parameters.flat.tobytes()
    assert bits(timeline.go(step=1_000_000)) == bits(there)


def test_a_branch_has_the_recent_errors_of_its_own_steps() -> None:
    timeline = Timeline(load_experiment("xor"))
    timeline.go(step=400)
    timeline.go(step=397)
    timeline.edit("rate", (), 0.01)
    expected = timeline.go(step=400).recent
    timeline.switch(0)
    other = timeline.go(step=400).recent
    assert timeline.switch(1).recent == expected != other
