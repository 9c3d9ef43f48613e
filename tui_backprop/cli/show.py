"""`tui-backprop show`: the studio's screen at a moment, without a terminal."""

from __future__ import annotations

import argparse
import sys

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.core.run.place import parse_place
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.reading.disk import output
from tui_backprop.studio.app import picture
from tui_backprop.studio.themes import check_theme


def run(options: argparse.Namespace) -> int:
    """Prints the screen, or writes a picture of it; returns the exit code."""
    experiment = experiment_to_run(options)
    theme = check_theme(options.theme)
    timeline = Timeline(experiment)
    timeline.go(*parse_place(options.at, timeline))
    screen = picture(timeline, options.size, theme)
    if options.svg is not None:
        with output(options.svg) as file:
            file.write(screen.svg)
    else:
        print(screen.text if options.plain or not sys.stdout.isatty() else screen.ansi)
    return 0
