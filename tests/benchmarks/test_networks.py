"""Steps of networks of every kind beside the same training written in plain NumPy, which counts 1.

Run by `pytest tests/benchmarks --benchmark-only`; it prints the ratios, and beside them how large they should be on a
machine that does nothing else. Adam is measured against the same loop with Adam.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.benchmarks.networks import CASES, TIMER, Benchmark, Case, Table
from tui_backprop import Trainer
from tui_backprop.core.sweep import Sweep

pytestmark = pytest.mark.benchmark(timer=TIMER)
STARTS, EPOCHS = 1000, 10


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    yield from Table().printed(request, "steps, as many times as fast as the plain loop")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_plain_steps(benchmark: Benchmark, table: Table, case: Case) -> None:
    trainer = Trainer(case.experiment())
    start = trainer.start()
    table.ratio(benchmark, case, "plain", lambda: trainer.advance(start, case.steps), case.steps, case.least)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_recorded_steps(benchmark: Benchmark, table: Table, case: Case) -> None:
    trainer = Trainer(case.experiment())

    def record() -> None:
        state = trainer.start()
        for _ in range(case.steps):
            _, state = trainer.record(state)

    table.ratio(benchmark, case, "recorded", record, case.steps, case.least / 2)


@pytest.mark.parametrize("case", [case for case in CASES if case.sweep is not None], ids=str)
def test_steps_of_a_sweep(benchmark: Benchmark, table: Table, case: Case) -> None:
    experiment = case.experiment()

    def sweep() -> None:
        for _ in Sweep(experiment, range(STARTS), EPOCHS).run():
            pass

    assert case.sweep is not None
    table.ratio(benchmark, case, "sweep", sweep, STARTS * EPOCHS * case.samples, case.sweep)
