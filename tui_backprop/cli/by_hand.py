"""`tui-backprop by-hand`: a step worked out in the studio, or on a sheet that is checked."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from tui_backprop.cli.experiment import experiment_asked_for
from tui_backprop.cli.streams import PROGRAM
from tui_backprop.core.diagnostics.figures import FigureKind
from tui_backprop.core.diagnostics.worked import stated
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.place import step_at
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError, printable
from tui_backprop.lessons.arithmetic import significant
from tui_backprop.lessons.by_hand.exercise import refuse_too_much
from tui_backprop.lessons.by_hand.figures import UnknownNameError, figures, phase_of, work
from tui_backprop.lessons.by_hand.marking import NOTHING_FITS, Marking, Wrong, is_too_short, mark
from tui_backprop.lessons.by_hand.own_figures import PRINTED
from tui_backprop.lessons.by_hand.sheet import LARGEST, MOST_STEPS, Given, NoFigureError, read_sheet, steps_of
from tui_backprop.reading.disk import UnreadableError, read_text
from tui_backprop.reading.numerals import counted
from tui_backprop.sessions.store import Record
from tui_backprop.terminal.appearance import check_terminal

MOST_PARAMETERS = 20_000
"""The most parameters: each of them adds three figures to a step."""
MOST_LINES = 20
"""The most lines of a kind that are reported."""
_MOST_MISTAKES = 5
"""The most mistakes that are explained."""
_FEW_UNKNOWN = 3
"""Up to this many unknown names are slips; if more outnumber the known ones, the sheet is for another network."""
_MOST_PLACES = 5
"""The most lines that are named where a mistake was made again."""
_START = "0"
"""The place that a sheet is checked at if none is asked for."""
_SETTINGS = {
    ("bias-ignored", "new"): ' If your sheet keeps the biases, set bias = "frozen".',
    ("bias-ignored", "gradient"): ' If your sheet keeps the biases, set bias = "frozen".',
    ("wrong-weights", "z"): ' If your file has a row of W for each output, set orientation = "outputs_inputs".',
}
"""The setting that a file may lack where a sheet has this mistake in this kind of figure."""
_OTHERWISE: dict[FigureKind, FigureKind] = {"prediction": "a"}
"""What may be written instead of a kind of figure."""
HINT = "a file with lines such as z(h1) = 0.5"


def run(options: argparse.Namespace) -> int:
    """A step worked out in the studio, or on a sheet that is checked."""
    if options.check == "-" and "-" in (options.experiment, options.data):
        raise BackpropError("standard input is the experiment already", "use --check FILE")
    if options.answers and options.check is None:
        raise BackpropError(
            "--answers goes with --check FILE", f"{PROGRAM} worksheet EXPERIMENT --answers solves a step"
        )
    experiment = experiment_asked_for(options)
    if options.check is not None:
        return check(experiment, options.check, options.answers, options.at, options.steps)
    refuse_too_much(experiment)
    from tui_backprop.cli.studio import type_at_the_terminal, watch

    gc.disable()
    if "-" in (options.experiment, options.data):
        type_at_the_terminal()
    check_terminal("without one, --check FILE checks the figures in a file")
    record = Record()
    try:
        timeline = Timeline(experiment)
        timeline.go(step_at(options.at, timeline) - 1)
        return watch(timeline, record, options, options.steps)
    finally:
        record.close()


def check(experiment: Experiment, file: str, answers: bool, at: str = _START, asked: int = 1) -> int:
    """Checks the sheet in `file`, or on standard input, against the true steps; returns the exit code.

    With `answers` it also prints the arithmetic. A sheet that names no step is checked at `at`; one that names steps
    must include that step. For a right sheet it counts the figures that are missing from its steps, or from the
    `asked` ones.
    """
    if experiment.network.size > MOST_PARAMETERS:
        message = f"this network is too large for a sheet: {experiment.network.size:,} weights and biases"
        raise BackpropError(message, f"at most {MOST_PARAMETERS:,}")
    if asked > MOST_STEPS:
        raise BackpropError(f"{asked:,} steps are too many for a sheet", f"at most {MOST_STEPS:,}")
    timeline = Timeline(experiment)
    first, moment_of = step_at(at, timeline), cache(timeline.go)
    skipped: list[BackpropError] = []
    try:
        text = _text(file)
        sheet = read_sheet(text, moment_of, first, skipped.append)
    except NoFigureError as error:
        if len(others := _unknown(skipped)) > _FEW_UNKNOWN:
            message = f"{_name(file)}: no figure in it is of this network; is it for another one?"
            raise BackpropError(message, others[0].message) from None
        first_wrong = next(iter(skipped), error)
        raise BackpropError(f"{_name(file)}: {first_wrong.message}", first_wrong.hint) from None
    except BackpropError as error:
        raise BackpropError(f"{_name(file)}: {error.message}", error.hint) from None
    steps = steps_of(text, sheet)
    if at != _START and first not in steps:
        message = f"{_name(file)}: is a sheet of step {steps[0]}, and --at {at} is step {first}"
        raise BackpropError(message, "leave out --at")
    _report_skipped(skipped, len(sheet))
    verdict = mark(sheet, moment_of, *(cache(Timeline(stated(experiment, rounded)).go) for rounded in PRINTED))
    if verdict.wrong:
        _report_wrong(verdict, moment_of, answers)
    else:
        _report_right(sheet, moment_of)
        _report_missing(sheet, sorted({*steps, *range(first, first + asked * (asked > 1))}), moment_of)
    return 1 if verdict.wrong or skipped else 0


def _report_wrong(verdict: Marking, moment_of: Callable[[int], Moment], answers: bool) -> None:
    """Each mistake at the first figure with it; of the others, where they stand."""
    places: dict[tuple[str, str], list[Wrong]] = {}
    for wrong in verdict.wrong:
        name = wrong.mistake.name if wrong.mistake else ""
        places.setdefault((wrong.given.figure.kind, name), []).append(wrong)
    also, before = (
        "",
        {0: "", 1: "; the figure before it is right"}.get(
            verdict.agree, f"; the {verdict.agree} figures before it are right"
        ),
    )
    for (kind, name), (first, *others) in list(places.items())[:_MOST_MISTAKES]:
        given = first.given
        moment = moment_of(given.step)
        label = given.figure.label(moment)
        step = f"step {given.step}, " if given.step > 1 else ""
        print(printable(f"{given.where}: {step}{label} = {given.number.text} is {also}wrong{before}"))
        also, before = "also ", ""
        if first.mistake:
            print(printable(f"likely: {first.mistake.says} [{name}]{_SETTINGS.get((name, kind), '')}"))
        else:
            print(NOTHING_FITS)
        if others:
            again = "the same mistake again" if first.mistake else "also wrong"
            print(printable(_named(again, [other.given.where for other in others])))
        if answers:
            print(printable(f"right: {label} = {work(given.figure, moment)}"))
    more = [each.given.where for alike in list(places.values())[_MOST_MISTAKES:] for each in alike]
    if more:
        print(printable(_named("also wrong", more)))
    if verdict.rest:
        print(f"not checked: {counted(verdict.rest, 'figure')} after {'that' if len(verdict.wrong) == 1 else 'these'}")


def _named(what: str, places: Sequence[str]) -> str:
    """Places in a line, the first few by name."""
    more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
    return f"{what}: {', '.join(places[:_MOST_PLACES])}{more}"


def _unknown(lines: Sequence[BackpropError]) -> list[BackpropError]:
    return [error for error in lines if isinstance(error, UnknownNameError)]


def _report_skipped(lines: Sequence[BackpropError], read: int) -> None:
    """Each line that could not be read, and each hint once; if most names are unknown, that alone of these."""
    hints, unknown = set[str](), _unknown(lines)
    if len(unknown) > max(_FEW_UNKNOWN, read):
        print(f"skipped {len(unknown)} lines; is the sheet for another network? {unknown[0].message}")
        lines = [error for error in lines if not isinstance(error, UnknownNameError)]
    for error in lines[:MOST_LINES]:
        print(f"skipped {error.message if error.hint in hints else error}")
        hints.add(error.hint)
    if len(lines) > MOST_LINES:
        print(f"skipped {len(lines) - MOST_LINES} more lines")


def _report_right(sheet: Sequence[Given], moment_of: Callable[[int], Moment]) -> None:
    undecided = [given for given in sheet if is_too_short(given, moment_of(given.step))]
    if len(undecided) < len(sheet):
        print(f"right: {counted(len(sheet) - len(undecided), 'figure')}")
    for given in undecided[:MOST_LINES]:
        print(printable(_undecided(given, moment_of(given.step))))
    if len(undecided) > MOST_LINES:
        print(f"not decided: {len(undecided) - MOST_LINES} more")


def _report_missing(sheet: Sequence[Given], steps: Sequence[int], moment_of: Callable[[int], Moment]) -> None:
    """How many of the figures that an exercise asks for are not on the sheet, and the first of them."""
    there = {(given.step, given.figure) for given in sheet}
    missing = [
        (step, figure)
        for step in steps
        for figure in figures(moment_of(step))
        if phase_of(figure, moment_of(step).experiment)
        and not {(step, figure), (step, replace(figure, kind=_OTHERWISE.get(figure.kind, figure.kind)))} & there
    ]
    if missing:
        step, figure = missing[0]
        of_step = f" of step {step}" if len(steps) > 1 else ""
        start = "starting with " if len(missing) > 1 else ""
        print(printable(f"missing: {counted(len(missing), 'figure')}, {start}{figure.label(moment_of(step))}{of_step}"))


def _undecided(given: Given, moment: Moment) -> str:
    part, hint = given.figure.part, "write four decimals"
    if given.figure.kind == "new" and not isinstance(part, Unit):
        hint = f"old {significant(part.value(moment.before))}, new {significant(given.figure.truth(moment))}"
    return f"not decided: {given.figure.label(moment)} = {given.number.text} has too few digits ({hint})"


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
