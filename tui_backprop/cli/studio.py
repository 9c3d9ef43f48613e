"""`tui-backprop` without a command: the studio. Textual is imported when it is known what the terminal can show."""

from __future__ import annotations

import argparse
import gc
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui_backprop.cli.experiment import experiment_asked_for, overrides_of
from tui_backprop.cli.streams import complain
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.place import parse_place
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import NOT_SAVED, BackpropError
from tui_backprop.experiments import Overrides
from tui_backprop.sessions.store import Record, at, place_to_read, resume_newest
from tui_backprop.studio.audience import KIOSK_MEMORY, KIOSK_STEPS, Audience
from tui_backprop.studio.settings import choose, keep
from tui_backprop.terminal.appearance import looks

if TYPE_CHECKING:
    from tui_backprop.studio.app import BackpropApp

NEW_OBJECTS = 20_000
"""New objects between two garbage collections: a picture makes thousands, few of them in cycles."""


def run(options: argparse.Namespace) -> int:
    """Opens the studio on an experiment or a session; returns the exit code."""
    timeline, record = opened(options)
    if "-" in (options.experiment, options.data):
        type_at_the_terminal()
    try:
        return watch(timeline, record, options)
    finally:
        if record is not None:
            record.close()


def opened(options: argparse.Namespace) -> tuple[Timeline, Record | None]:
    """What to watch, and where its session is saved: nowhere for a kiosk or a demo."""
    unattended = options.kiosk or options.play
    if unattended and (options.resume, options.session) != (None, None):
        raise BackpropError("--kiosk and --play keep no session", "leave out --resume and --session")
    if options.resume is not None and (options.experiment, overrides_of(options)) != (None, Overrides()):
        raise BackpropError("a session has its own experiment", "leave out EXPERIMENT and the changes to it")
    if options.resume == "":
        record, session, wrong = resume_newest()
        for error in wrong:
            complain(f"skipped {error}")
    elif options.resume is not None:
        record, session = Record.resume(place_to_read(options.resume))
    elif options.session is not None and os.path.exists(at(options.session)):
        record, session = Record.resume(at(options.session))
    else:
        experiment = experiment_asked_for(options)
        timeline = timeline_of(experiment, options)
        if options.at is not None:
            timeline.go(*parse_place(options.at, timeline))
        if unattended:
            return timeline, None
        return timeline, Record.start(at(options.session), experiment) if options.session is not None else Record()
    if options.at is not None:
        raise BackpropError("a session has its own place", "leave out --at")
    return Timeline(session.experiment, branches=session.branches, present=session.present), record


def type_at_the_terminal() -> None:
    """Keys come from the terminal where standard input was a file that has been read; there may be none."""
    with suppress(OSError):
        os.dup2(os.open("/dev/tty", os.O_RDWR), 0)


def timeline_of(experiment: Experiment, options: argparse.Namespace) -> Timeline:
    """A run from its start; a kiosk's is bounded."""
    return Timeline(experiment, KIOSK_MEMORY, KIOSK_STEPS) if options.kiosk else Timeline(experiment)


def watch(timeline: Timeline, record: Record | None, options: argparse.Namespace, by_hand: int = 0) -> int:
    """Runs the studio, first with `by_hand` steps by hand, and then a lesson if one was opened in it.

    Returns the exit code.
    """
    look = look_of(options)
    from tui_backprop.studio.app import BackpropApp

    audience = Audience(options.kiosk, options.play)
    app = BackpropApp(timeline, audience=audience, record=record, by_hand=by_hand, **look)
    code = run_app(app)
    if record is not None:
        record.close()  # otherwise the session could not be resumed during the lesson
        if record.problem:
            complain(record.problem)
            code = code or NOT_SAVED
    if not app.chapter:
        return code
    return read(app.chapter, options) or code


def read(chapter: str, options: argparse.Namespace) -> int:
    """Continues with a lesson that looks as the studio did; returns the exit code."""
    from tui_backprop.cli import learn
    from tui_backprop.cli.commands import parser_of

    return learn.run(parser_of("learn").parse_args([chapter], options))


def run_app(app: BackpropApp) -> int:
    """Runs the studio; what has been imported until now stays, and is never searched for garbage."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
    return app.run_to_end()


def look_of(options: argparse.Namespace) -> dict[str, Any]:
    """How the studio looks: as the terminal allows, as asked for, and as kept, in this order."""
    few_colours, ascii_characters = looks(options.color, options.ascii)
    settings, problem = choose(options.kiosk, few_colours, options.theme, options.motion)
    if problem:
        complain(problem)
    return {
        "settings": settings,
        "ascii_characters": ascii_characters,
        "keep": None if options.kiosk else keep,
        "news": problem,
    }
