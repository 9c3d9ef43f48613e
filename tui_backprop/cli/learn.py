"""`tui-backprop learn`: the guided story."""

from __future__ import annotations

import argparse

from tui_backprop.cli import lessons
from tui_backprop.errors import BackpropError


def run(options: argparse.Namespace) -> int:
    """The guided story: in the studio, or on paper."""
    if options.answers and not options.plain:
        raise BackpropError("--answers goes with --plain", "learn CHAPTER --plain --answers")
    if options.name is not None and options.results is None:
        raise BackpropError("--name goes with --results", "learn --results FILE.csv --name NAME")
    if options.list and options.lesson is not None:
        raise BackpropError("--list lists the chapters of the guided story", "leave out the lesson")
    if options.list:
        print(lessons.listing(), end="")
        return 0
    if options.results is not None:
        lessons.export(options.results, options.lesson, options.name)
        return 0
    if options.new is not None:
        print(lessons.create(options.new))
        return 0
    if options.check:
        return lessons.check(options.lesson)
    if options.plain:
        print(lessons.on_paper(options.lesson, options.answers), end="")
        return 0
    lesson = lessons.opened(options.lesson or "1") if options.kiosk else lessons.opened(options.lesson)
    from tui_backprop.cli.studio import look_of, run_app, timeline_of

    look = look_of(options)
    from tui_backprop.studio.app import BackpropApp
    from tui_backprop.studio.audience import Audience
    from tui_backprop.studio.screens.lesson import first_experiment

    timeline = timeline_of(first_experiment(lesson), options)
    app = BackpropApp(
        timeline,
        audience=Audience(options.kiosk),
        lesson=lesson,
        keep_progress=not options.kiosk,
        questions=None if options.questions is None else options.questions == "on",
        **look,
    )
    return run_app(app)
