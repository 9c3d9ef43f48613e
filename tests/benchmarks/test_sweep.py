"""A sweep of the article's network against the article's bare loop, for each step of each network.

Run by `pytest tests/benchmarks/test_sweep.py --benchmark-only -s`: it prints the ratio, and needs it to be at least 50.
"""

from __future__ import annotations

import time

from tests.benchmarks.test_speed import STEPS, Benchmark, bare_loop
from tests.transcription import article_epoch, article_start
from tui_backprop import load_experiment
from tui_backprop.core.sweep import Sweep

STARTS, EPOCHS = 1000, 1000


def swept() -> Sweep:
    sweep = Sweep(load_experiment("article-random"), range(STARTS), EPOCHS)
    for _ in sweep.run():
        pass
    return sweep


def seconds_of_bare_step() -> float:
    start = time.perf_counter()
    bare_loop()
    return (time.perf_counter() - start) / STEPS


def test_a_thousand_starts(benchmark: Benchmark) -> None:
    bare = [seconds_of_bare_step() for _ in range(5)]
    sweep = benchmark.pedantic(swept, rounds=7, warmup_rounds=1)
    bare += [seconds_of_bare_step() for _ in range(5)]
    if benchmark.stats is None:  # benchmarks are disabled
        return
    steps = 4 * sum(outcome.epochs for outcome in sweep.outcomes())
    ours, theirs = benchmark.stats.stats.median / steps, sorted(bare)[5]
    benchmark.extra_info["times as fast as the bare loop"] = theirs / ours
    print(f"\nbare loop {theirs * 1e6:.2f} µs a step, sweep {ours * 1e6:.3f} µs: {theirs / ours:.0f} × as fast")
    assert theirs / ours >= 50


def test_the_same_seeds_converge(benchmark: Benchmark) -> None:
    """All 1,000 starts by the article's loop: minutes, and therefore here."""

    def transcribed(seed: int) -> tuple[int, bool]:
        first, second = article_start(seed)
        for epoch in range(1, EPOCHS + 1):
            if article_epoch(first, second) == 0:
                return epoch, True
        return EPOCHS, False

    found = benchmark.pedantic(lambda: [transcribed(seed) for seed in range(STARTS)], rounds=1)
    outcomes = swept().outcomes()
    assert [(outcome.epochs, outcome.converged) for outcome in outcomes] == found
