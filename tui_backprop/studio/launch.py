"""The studio, opened from Python."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import load_experiment
from tui_backprop.sessions.store import Record
from tui_backprop.studio.settings import choose, keep
from tui_backprop.terminal.appearance import looks


def watch(experiment: Experiment | str | Path | dict[str, Any]) -> None:
    """Opens the studio for an experiment, a preset's name, a TOML file or a mapping; returns when it is closed.

    A chapter that is opened in it is read in the studio's place.

    It takes over the terminal, with the colours and characters that it has. Raises `BackpropError` where there
    is none, inside a running event loop (a notebook has one), and for an experiment that cannot be read; `SystemExit`
    after a signal that ends programs, or where the studio crashed.
    """
    if _in_event_loop():
        raise BackpropError(
            "watch() cannot open the studio inside a running event loop, such as a notebook's",
            "call it in a plain Python process, or run `tui-backprop` in a terminal; `tui-backprop show` needs none",
        )
    if not isinstance(experiment, Experiment):
        experiment = load_experiment(experiment)
    few_colours, ascii_characters = looks()
    from tui_backprop.studio.app import (
        BackpropApp,  # not before: Textual reads the number of colours when it is imported
    )

    settings, problem = choose(False, few_colours, None, None)
    record = Record()
    try:
        app = BackpropApp(Timeline(experiment), settings, ascii_characters, record=record, keep=keep, news=problem)
        code = app.run_to_end()
    finally:
        record.close()
    if record.problem:
        print(f"tui-backprop: {record.problem}", file=sys.stderr)
    if app.chapter and not code:
        from tui_backprop.lessons.library import chapter
        from tui_backprop.studio.screens.lesson import first_timeline

        lesson = chapter(app.chapter)
        code = BackpropApp(first_timeline(lesson), settings, ascii_characters, lesson=lesson, keep=keep).run_to_end()
    if code:
        raise SystemExit(code)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
