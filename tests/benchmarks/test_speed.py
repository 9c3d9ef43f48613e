"""Steps per second of the article's network, and the time of a jump among a million steps.

Run by `pytest tests/benchmarks --benchmark-only`; the summary gives each figure in steps of the article's bare loop,
measured in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Array, article_start
from tui_backprop import Timeline, Trainer, load_experiment
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.experiments import Overrides

Benchmark = Any  # the fixture of pytest-benchmark, whose own types are incomplete
EPOCHS = 250
STEPS = EPOCHS * len(ARTICLE_INPUTS)
STUCK = Overrides(seed=13)  # never converges, so that every step has work to do
SECONDS: dict[str, float] = {}
"""The median time of one step, or of one jump, by name."""


@pytest.fixture(scope="module", autouse=True)
def summary(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prints the ratios when all is measured."""
    yield
    plugins = request.config.pluginmanager
    reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    if reporter is None or capture is None or "the article's bare loop" not in SECONDS:
        return
    bare = SECONDS["the article's bare loop"]
    with capture.global_and_fixture_disabled():
        reporter.write_line("")
        for name, seconds in SECONDS.items():
            ratio = f"{bare / seconds:.1f} × as fast" if seconds < bare else f"{seconds / bare:,.1f} bare steps"
            reporter.write_line(f"{name:<40} {seconds * 1e6:12,.2f} µs   {ratio}")


def measure(benchmark: Benchmark, name: str, function: Callable[[], object], steps: int) -> None:
    """Times `function`, which makes `steps` steps."""
    benchmark.pedantic(function, rounds=9, iterations=1, warmup_rounds=2)
    if benchmark.stats is not None:  # None where benchmarks are disabled
        SECONDS[name] = benchmark.stats.stats.median / steps
        benchmark.extra_info["steps per second"] = round(1 / SECONDS[name])


def bare_loop() -> None:
    """The training loop as the article prints it."""
    alpha = 0.1
    weights_0_1, weights_1_2 = article_start(13)
    for _ in range(EPOCHS):
        error = 0.0
        for i in range(len(ARTICLE_INPUTS)):
            layer_0 = ARTICLE_INPUTS[i : i + 1]
            layer_1 = relu(np.dot(layer_0, weights_0_1))
            layer_2 = np.round(np.dot(layer_1, weights_1_2), 1)
            error += float(np.sum((layer_2 - ARTICLE_TARGETS[i : i + 1]) ** 2))
            layer_2_delta = layer_2 - ARTICLE_TARGETS[i : i + 1]
            layer_1_delta = layer_2_delta.dot(weights_1_2.T) * relu2deriv(layer_1)
            weights_1_2 -= alpha * layer_1.T.dot(layer_2_delta)
            weights_0_1 -= alpha * layer_0.T.dot(layer_1_delta)
    assert error > 0


def relu(x: Array) -> Array:
    return (x > 0) * x


def relu2deriv(x: Array) -> NDArray[np.bool_]:
    return x > 0


def test_the_articles_bare_loop(benchmark: Benchmark) -> None:
    measure(benchmark, "the article's bare loop", bare_loop, STEPS)


def test_unrecorded_steps(benchmark: Benchmark) -> None:
    trainer = Trainer(load_experiment("article-random", STUCK))
    measure(benchmark, "ours, unrecorded", lambda: trainer.advance(trainer.start(), STEPS), STEPS)


def record(trainer: Trainer) -> TrainingState:
    state = trainer.start()
    for _ in range(STEPS):
        _, state = trainer.record(state)
    return state


def test_recorded_steps(benchmark: Benchmark) -> None:
    trainer = Trainer(load_experiment("article-random", STUCK))
    measure(benchmark, "ours, recorded", lambda: record(trainer), STEPS)


def test_recorded_steps_of_a_tanh_network(benchmark: Benchmark) -> None:
    trainer = Trainer(load_experiment("article-random", Overrides(seed=13, hidden="tanh")))
    measure(benchmark, "ours, recorded, tanh", lambda: record(trainer), STEPS)


def test_moments_phase_by_phase(benchmark: Benchmark) -> None:
    timeline = Timeline(load_experiment("article-random", STUCK))

    def walk() -> None:
        timeline.go(step=0)
        for _ in range(1000):
            timeline.next_phase()

    measure(benchmark, "a phase forward, with its moment", walk, 1000)


def test_a_jump_to_step_a_million(benchmark: Benchmark) -> None:
    experiment = load_experiment("xor")

    def jump() -> Timeline:
        timeline = Timeline(experiment)
        timeline.go(step=1_000_000)
        return timeline

    timeline = benchmark.pedantic(jump, rounds=1, iterations=1)
    if benchmark.stats is not None:
        SECONDS["the way to step 1,000,000 of xor"] = benchmark.stats.stats.median
    benchmark.extra_info["memory, bytes"] = timeline.memory


def test_a_jump_back_to_step_half_a_million(benchmark: Benchmark) -> None:
    timeline = Timeline(load_experiment("xor"))
    timeline.go(step=1_000_000)

    def there() -> None:
        timeline.go(step=1_000_000)

    def back() -> None:
        timeline.go(step=500_001)

    benchmark.pedantic(back, setup=there, rounds=50, iterations=1)
    if benchmark.stats is not None:
        SECONDS["from there back to step 500,001"] = benchmark.stats.stats.median
    benchmark.extra_info["memory, bytes"] = timeline.memory
