"""A sweep without drawing: how its runs came out, as text, CSV or JSON lines."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Callable
from typing import TextIO

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import constant_error
from tui_backprop.core.network import BiasMode
from tui_backprop.core.outcomes import HARDLY, Outcome
from tui_backprop.core.penalty import penalised
from tui_backprop.core.sweep import Sweep
from tui_backprop.errors import INTERRUPTED, BackpropError
from tui_backprop.reading.disk import output
from tui_backprop.reading.numerals import counted
from tui_backprop.render.numbers import percent
from tui_backprop.render.spans import Line, line, paragraph, plain, safe
from tui_backprop.render.sweep import BARS, converge, do_not, goal_advice, histogram, quartiles, reasons, right_of
from tui_backprop.render.trouble import scale_advice
from tui_backprop.terminal.abilities import ascii_only, shows_unicode

SEEDS = 2**32
COLUMNS = 100
SEEDS_SHOWN = 12
NEWS = 0.1
"""Seconds between two reports of progress."""


def run(options: argparse.Namespace) -> int:
    """The command; returns the exit code."""
    experiment = experiment_to_run(options)
    return sweep(experiment, options.first, options.seeds, options.epochs, options.format, options.out)


def sweep(experiment: Experiment, first: int, count: int, epochs: int, form: str, out: str | None) -> int:
    """Trains from `count` seeds and reports the outcomes, even if interrupted; returns the exit code."""
    if first + count > SEEDS:
        raise BackpropError(f"{count} seeds from {first} go beyond the last, {SEEDS - 1}", "fewer --seeds")
    runs = Sweep(experiment, range(first, first + count), epochs)
    with output(out) as file:
        done = _run(runs)
        _WRITERS[form](file, runs, done)
    return 0 if done else INTERRUPTED


def _run(runs: Sweep) -> bool:
    """Makes the runs; returns False if they were interrupted."""
    tell, due = sys.stderr.isatty(), time.monotonic() + NEWS
    try:
        for _ in runs.run():
            if tell and time.monotonic() > due:
                converged = sum(outcome.converged for outcome in runs.ended())
                print(f"\r{100 * runs.progress:3.0f} %, {converged:,} converged", end="", file=sys.stderr, flush=True)
                due = time.monotonic() + NEWS
    except KeyboardInterrupt:
        return False
    finally:
        if tell:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return True


def _write_text(file: TextIO, runs: Sweep, done: bool) -> None:
    experiment, outcomes = runs.experiment, runs.outcomes()
    epochs = [outcome.epochs for outcome in outcomes if outcome.converged]
    stuck = [outcome for outcome in outcomes if not outcome.converged]
    first, last = runs.seeds[0], runs.seeds[max(0, len(outcomes) - 1)]
    seeds = f"1 start, seed {first}" if len(outcomes) == 1 else f"{len(outcomes):,} starts, seeds {first} to {last}"
    share = f" ({percent(len(epochs) / len(outcomes))})" if outcomes else ""
    lines: list[Line] = [
        line(f"{safe(experiment.name)}: {seeds}, at most {counted(runs.epochs, 'epoch')} each"),
        line(f"{converge(len(epochs))}{share}, {do_not(len(stuck))}{right_of(outcomes)}"),
    ]
    if unused := _unused(runs.experiment):
        lines.insert(1, line(unused))
    if not done:
        lines.append(line(f"interrupted at {100 * runs.progress:.0f} %: unfinished runs count as they stood"))
    lines += [(), *quartiles(epochs), *histogram(epochs, COLUMNS, BARS)]
    if stuck:
        lines += [(), *reasons(stuck, COLUMNS, SEEDS_SHOWN)]
        advised = (
            scale_advice(experiment.data, any(outcome.ending in HARDLY for outcome in stuck)),
            goal_advice(outcomes, constant_error(experiment), penalised(experiment.training)),
        )
        lines += [found for advice in advised if advice for found in paragraph(COLUMNS, advice)]
    text = plain(lines)
    print(text if shows_unicode(os.environ) else ascii_only(text), file=file)


def _unused(experiment: Experiment) -> str:
    """What the experiment gives for the start although it differs from seed to seed; empty if nothing."""
    network = experiment.definition.get("network", {})
    trained = "biases" in network and experiment.network.bias is BiasMode.TRAINED
    new = [f"draws new weights ({experiment.init})"] * ("weights" in network) + ["begins with biases of 0"] * trained
    own = ["weights"] * ("weights" in network) + ["biases"] * trained
    return f"its own {' and '.join(own)} are not used: each start {' and '.join(new)}" if own else ""


def _write_csv(file: TextIO, runs: Sweep, done: bool) -> None:
    writer = csv.writer(file, lineterminator="\n")
    outcomes = [_fields(outcome) for outcome in runs.outcomes()]
    writer.writerow(["seed", "ending", "epochs", "error", "dead", "step", "all_right"])
    writer.writerows(outcome.values() for outcome in outcomes)


def _write_jsonl(file: TextIO, runs: Sweep, done: bool) -> None:
    for outcome in runs.outcomes():
        print(json.dumps(_fields(outcome), separators=(",", ":")), file=file)


def _fields(outcome: Outcome) -> dict[str, object]:
    return {
        "seed": outcome.seed,
        "ending": outcome.ending.value,
        "epochs": outcome.epochs,
        "error": outcome.error,
        "dead": outcome.dead,
        "step": outcome.lost or None,  # after which numbers were no longer finite
        "all_right": outcome.all_right,  # None where no answer is right or wrong
    }


_WRITERS: dict[str, Callable[[TextIO, Sweep, bool], None]] = {
    "text": _write_text,
    "csv": _write_csv,
    "jsonl": _write_jsonl,
}
