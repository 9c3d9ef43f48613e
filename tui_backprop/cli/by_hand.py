"""`tui-backprop by-hand`: a step worked out in the studio, or on a sheet that is checked."""

from __future__ import annotations

import argparse
import gc
import sys
from functools import cache
from pathlib import Path

from tui_backprop.cli.experiment import experiment_asked_for
from tui_backprop.cli.streams import PROGRAM
from tui_backprop.core.diagnostics.worked import stated
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.place import step_at
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError, printable
from tui_backprop.lessons.arithmetic import DECIMALS
from tui_backprop.lessons.by_hand.exercise import refuse_too_much
from tui_backprop.lessons.by_hand.figures import work
from tui_backprop.lessons.by_hand.marking import NOTHING_FITS, mark, too_short
from tui_backprop.lessons.by_hand.sheet import LARGEST, read_sheet
from tui_backprop.reading.disk import UnreadableError, read_text
from tui_backprop.sessions.store import Record
from tui_backprop.terminal.appearance import check_terminal

MOST_PARAMETERS = 20_000
"""Each of them makes three figures of a step."""
HINT = "a file with lines such as z(h1) = 0.5"


def run(options: argparse.Namespace) -> int:
    """A step worked out in the studio, or on a sheet that is checked."""
    if options.check == "-" and "-" in (options.experiment, options.data):
        raise BackpropError("standard input is the experiment already", "--check FILE")
    if options.answers and options.check is None:
        raise BackpropError(
            "--answers goes with --check FILE", f"{PROGRAM} worksheet EXPERIMENT --answers solves a step"
        )
    experiment = experiment_asked_for(options)
    if options.check is not None:
        return check(experiment, options.check, options.answers, options.at)
    refuse_too_much(experiment)
    from tui_backprop.cli.studio import type_at_the_terminal, watch

    gc.disable()
    if "-" in (options.experiment, options.data):
        type_at_the_terminal()
    check_terminal("without one, --check FILE checks figures that were written down")
    record = Record()
    try:
        timeline = Timeline(experiment)
        timeline.go(step_at(options.at, timeline) - 1)
        return watch(timeline, record, options, options.steps)
    finally:
        record.close()


def check(experiment: Experiment, file: str, answers: bool, at: str = "0") -> int:
    """Checks the sheet in `file`, or on standard input, against the true steps; returns the exit code.

    With `answers` it also prints the working of the first wrong figure. A sheet that names no step is of the one `at`
    a place of the run.
    """
    if experiment.network.size > MOST_PARAMETERS:
        message = f"this network is too large for a sheet: {experiment.network.size:,} weights and biases"
        raise BackpropError(message, f"at most {MOST_PARAMETERS:,}")
    timeline = Timeline(experiment)
    first, moment_of = step_at(at, timeline), cache(timeline.go)
    try:
        sheet = read_sheet(_text(file), moment_of, first)
    except BackpropError as error:
        raise BackpropError(f"{_name(file)}: {error.message}", error.hint) from None
    verdict = mark(sheet, moment_of, cache(Timeline(stated(experiment, DECIMALS)).go))
    if verdict.wrong is None:
        print(f"right: {_figures(verdict.agree)}")
        if short := too_short(sheet, moment_of):
            print(f"note: {_figures(short)} with too few digits to tell the new weight from the old one")
        return 0
    wrong = verdict.wrong
    before = {0: "", 1: "; the figure before it is right"}.get(
        verdict.agree, f"; the {verdict.agree} figures before it are right"
    )
    label = wrong.figure.label(moment_of(wrong.step))
    step = f"step {wrong.step}, " if wrong.step > 1 else ""
    print(printable(f"{wrong.where}: {step}{label} = {wrong.number.text} is wrong{before}"))
    print(printable(f"likely: {verdict.mistake.says} [{verdict.mistake.name}]" if verdict.mistake else NOTHING_FITS))
    if answers:
        print(printable(f"right: {label} = {work(wrong.figure, moment_of(wrong.step))}"))
    return 1


def _figures(count: int) -> str:
    return f"{count} figure{'s' * (count != 1)}"


def _text(file: str) -> str:
    if file == "-":
        text = sys.stdin.buffer.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise BackpropError("is too large", f"at most {LARGEST // 2**10} kB")
        try:
            return text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BackpropError("is not text in UTF-8", HINT) from None
    try:
        return read_text(Path(file), LARGEST, HINT)
    except FileNotFoundError:
        raise BackpropError("no such file", HINT) from None
    except UnreadableError as error:
        raise BackpropError(error.what, HINT) from None


def _name(file: str) -> str:
    return "standard input" if file == "-" else file
