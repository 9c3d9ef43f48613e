"""How cost grows: with units, layers, samples and steps, each with the exponent of the power law that fits best."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest

from tests.benchmarks.networks import TIMER, Benchmark, Case, Table
from tui_backprop import Timeline, Trainer
from tui_backprop.studio.app import picture

pytestmark = pytest.mark.benchmark(timer=TIMER)


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    yield from Table().printed(request, "how cost grows")


def seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The median of some rounds, after one for nothing."""
    found = []
    for _ in range(rounds + 1):
        start = TIMER()
        work()
        found.append(TIMER() - start)
    return statistics.median(found[1:])


def exponent(sizes: Sequence[int], costs: Sequence[float]) -> float:
    """k of cost ∝ sizeᵏ over the larger half, where what is constant no longer hides it."""
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(costs[half:]), 1)[0])


def noted(table: Table, what: str, sizes: Sequence[int], costs: Sequence[float]) -> None:
    figures = ", ".join(f"{size:,}: {cost * 1e6:,.1f}" for size, cost in zip(sizes, costs, strict=True))
    table.lines.append(f"{what:<28}µs at {figures}   exponent {exponent(sizes, costs):.2f}")


def step_of(case: Case, steps: int) -> float:
    trainer = Trainer(case.experiment())
    start = trainer.start()
    return seconds(lambda: trainer.advance(start, steps)) / steps


def moment_of(case: Case) -> float:
    timeline = Timeline(case.experiment())
    return seconds(timeline.next_step, 25)


def start_of(case: Case) -> float:
    experiment = case.experiment()
    return seconds(lambda: Timeline(experiment).next_step())


def picture_of(case: Case) -> float:
    timeline = Timeline(case.experiment())
    timeline.next_step()
    return seconds(lambda: picture(timeline, (120, 40)), 3)


COSTS = [("a moment", moment_of), ("a picture", picture_of), ("the first step", start_of)]


@pytest.mark.parametrize(("what", "cost"), COSTS)
def test_units(benchmark: Benchmark, table: Table, what: str, cost: Callable[[Case], float]) -> None:
    sizes = [4, 16, 64, 256, 1024]
    cases = [Case((size, size, 2), "tanh", "tanh", 1, 0.0) for size in sizes]
    costs = benchmark.pedantic(lambda: [cost(case) for case in cases], rounds=1)
    noted(table, f"{what}, units n-n-2", sizes, costs)


def test_step_and_units(benchmark: Benchmark, table: Table) -> None:
    sizes = [4, 16, 64, 256, 1024]
    cases = [Case((size, size, 2), "tanh", "tanh", 1, 0.0) for size in sizes]
    costs = benchmark.pedantic(lambda: [step_of(case, max(5, 2000 // case.layers[0])) for case in cases], rounds=1)
    noted(table, "a step, units n-n-2", sizes, costs)


def test_step_and_layers(benchmark: Benchmark, table: Table) -> None:
    sizes = [1, 2, 3, 4, 5, 6]
    cases = [Case((8,) * size + (8, 1), "tanh", "tanh", 1, 0.0) for size in sizes]
    costs = benchmark.pedantic(lambda: [step_of(case, 400) for case in cases], rounds=1)
    noted(table, "a step, layers of 8", sizes, costs)


@pytest.mark.parametrize(("what", "cost"), COSTS)
def test_samples(benchmark: Benchmark, table: Table, what: str, cost: Callable[[Case], float]) -> None:
    sizes = [100, 1000, 10_000, 100_000]
    cases = [Case((2, 4, 1), "tanh", "tanh", 1, 0.0, samples=size) for size in sizes]
    costs = benchmark.pedantic(lambda: [cost(case) for case in cases], rounds=1)
    noted(table, f"{what}, samples", sizes, costs)


def test_steps_back(benchmark: Benchmark, table: Table) -> None:
    sizes = [1000, 10_000, 100_000, 1_000_000]
    timeline = Timeline(Case((2, 4, 1), "tanh", "tanh", 1, 0.0).experiment())

    def jump_among(steps: int) -> float:
        timeline.go(step=steps)
        places = iter(np.random.default_rng(1).integers(1, steps, 40).tolist())
        return seconds(lambda: timeline.go(step=next(places)), 30)

    costs = benchmark.pedantic(lambda: [jump_among(size) for size in sizes], rounds=1)
    noted(table, "a jump, among steps", sizes, costs)
    assert math.isfinite(exponent(sizes, costs))
    assert timeline.memory < 2**28
