"""`tui-backprop serve`: the studio, or a lesson, for browsers."""

from __future__ import annotations

import argparse
import os
import sys

from tui_backprop.cli.lessons import opened
from tui_backprop.cli.streams import complain
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import load_experiment
from tui_backprop.experiments.csv_files.text import STANDARD_INPUT


def run(options: argparse.Namespace) -> int:
    """Serves a kiosk to each visitor; anyone who can reach the address can visit."""
    try:
        from tui_backprop.cli.server import StudioServer
    except ModuleNotFoundError:
        raise BackpropError(
            "the browser mode is not installed", "pip install '.[serve]' in the folder of the source"
        ) from None
    shown = _served(options)
    only_here = options.host in ("127.0.0.1", "localhost", "::1")
    who = "only this machine can reach" if only_here else "anyone on the network can use"
    complain(f"{who} {options.host}:{options.port}; each visitor gets a kiosk")
    command = [sys.executable, "-m", "tui_backprop", *shown, "--kiosk"]
    try:
        StudioServer(command, options.host, options.port, options.visitors, options.theme).serve()
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise BackpropError(f"{options.host}:{options.port}: {problem}", "another --host or --port") from None
    return 0


def _served(options: argparse.Namespace) -> list[str]:
    """The arguments for what visitors see; a mistake is better reported here than in every browser."""
    if options.learn is None:
        name = options.experiment or "article"
        if name == STANDARD_INPUT:
            raise BackpropError("each visitor's own program reads the experiment", "a preset's name or a TOML file")
        load_experiment(name, pipes=False)
        return [name]
    if options.experiment is not None:
        raise BackpropError("a lesson has its own experiments", "leave out EXPERIMENT")
    opened(options.learn)
    return ["learn", options.learn]
