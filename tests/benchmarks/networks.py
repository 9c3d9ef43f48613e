"""The networks that are measured, their samples, and how: processor time of one thread, beside the plain loop."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.plain_loop import train
from tests.transcription import Array
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Experiment

Benchmark = Any  # the fixture of pytest-benchmark, whose own types are incomplete
TIMER = time.thread_time
"""What other programs do at the same time counts for little."""
ROUNDS = 9


@dataclass(frozen=True)
class Case:
    """A network, and how many times as fast as the plain loop its steps should be: half as many when recorded."""

    layers: tuple[int, ...]
    hidden: str
    output: str
    steps: int
    least: float
    batch: int = 1
    optimizer: str = "sgd"
    sweep: float | None = None
    samples: int = 200

    def __str__(self) -> str:
        shape = "-".join(map(str, self.layers))
        rules = [f"batches of {self.batch}"] * (self.batch > 1) + [self.optimizer] * (self.optimizer != "sgd")
        return " ".join([shape, self.hidden, self.output, *rules])

    def data(self) -> tuple[Array, Array]:
        """Random inputs, and classes or signs as targets."""
        random = np.random.default_rng(0)
        inputs = random.uniform(-1.0, 1.0, (self.samples, self.layers[0]))
        if self.output == "softmax":
            return inputs, np.eye(self.layers[-1])[random.integers(0, self.layers[-1], self.samples)]
        return inputs, np.sign(random.uniform(-1.0, 1.0, (self.samples, self.layers[-1])))

    def experiment(self) -> Experiment:
        """The same for the package."""
        inputs, targets = self.data()
        network = {"layers": list(self.layers), "hidden": self.hidden, "output": self.output, "init": "xavier"}
        loss = "softmax_cross_entropy" if self.output == "softmax" else "half_squared"
        training = {"rate": 0.01, "loss": loss, "report": "squared", "batch": self.batch, "optimizer": self.optimizer}
        data = {"inputs": inputs.tolist(), "targets": targets.tolist()}
        return load_experiment({"network": {**network, "bias": True}, "training": training, "data": data})

    def loop(self) -> float:
        """Seconds of one step of the plain loop."""
        inputs, targets = self.data()
        start = TIMER()
        adam = self.optimizer == "adam"
        train(list(self.layers), self.hidden, self.output, self.batch, inputs, targets, self.steps, adam=adam)
        return (TIMER() - start) / self.steps


CASES = [
    Case((3, 4, 1), "relu", "linear", 1000, 12.0, sweep=100.0),
    Case((2, 4, 1), "tanh", "tanh", 1000, 5.0, sweep=50.0),
    Case((2, 8, 8, 1), "tanh", "tanh", 600, 2.5, sweep=30.0),
    Case((4, 8, 3), "relu", "softmax", 800, 4.0, sweep=50.0),
    Case((4, 8, 3), "relu", "softmax", 800, 4.0, optimizer="adam"),
    Case((64, 32, 10), "relu", "softmax", 400, 1.5),
    Case((64, 32, 10), "relu", "softmax", 200, 1.0, batch=32),
    Case((784, 128, 10), "relu", "softmax", 60, 2.5),
    Case((784, 128, 10), "relu", "softmax", 30, 1.0, batch=32),
]


class Table:
    """Lines that are printed when a module's measurements are over."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def ratio(
        self, benchmark: Benchmark, case: Case, name: str, ours: Callable[[], object], steps: int, wanted: float
    ) -> None:
        """Measures `ours`, of `steps` steps, in turns with the plain loop."""
        loops: list[float] = []

        def setup() -> None:
            loops.append(case.loop())

        benchmark.pedantic(ours, setup=setup, rounds=ROUNDS, warmup_rounds=1)
        if benchmark.stats is None:  # benchmarks are disabled
            return
        mine, loop = float(benchmark.stats.stats.median) / steps, statistics.median(loops)
        benchmark.extra_info["times as fast as the plain loop"] = loop / mine
        times = f"{loop / mine:6.2f} ×, wanted {wanted:g}"
        self.lines.append(f"{case!s:<40}{name:<10}{mine * 1e6:9.2f} µs a step, loop {loop * 1e6:7.1f}: {times}")

    def printed(self, request: pytest.FixtureRequest, title: str) -> Iterator[Table]:
        """For a fixture of a module."""
        yield self
        plugins = request.config.pluginmanager
        reporter, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
        if reporter is None or capture is None or not self.lines:
            return
        with capture.global_and_fixture_disabled():
            for line in ("", title, *self.lines):
                reporter.write_line(line)
