"""The options of each command, and the checks on their values."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

from tui_backprop.errors import BackpropError, quoted
from tui_backprop.reading.numerals import read_number, read_whole, read_wholes
from tui_backprop.terminal.abilities import COLOURS
from tui_backprop.terminal.size import LARGEST

SHELLS = ("bash", "zsh", "fish")
_ARTICLE = " (default: article)"
RECORDS = ("text", "csv", "jsonl")
SCRIPTS = ("numpy", "torch")
_MOST = 10**9
"""The largest number that an option takes."""
Value = TypeVar("Value")


def _typed(read: Callable[..., Value], **bounds: Any) -> Callable[[str], Value]:
    """The reader of an option's value; argparse puts the option's name before what is wrong with it."""

    def read_option(text: str) -> Value:
        try:
            return read(text, **bounds)
        except BackpropError as error:
            raise argparse.ArgumentTypeError(f"{error.message}, {error.hint}") from None

    return read_option


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.lower().replace("×", "x").partition("x")
    try:
        return read_whole(columns, 20, LARGEST[0], 120), read_whole(rows, 5, LARGEST[1], 40)
    except BackpropError:
        message = f"{quoted(text)} is not columns x rows, from 20x5 to {LARGEST[0]}x{LARGEST[1]}"
        raise BackpropError(message, "e.g. 120x40") from None


def _batch(text: str) -> int | str:
    return text if text == "full" else read_whole(text, 1, _MOST, example="4, or full")


_count = _typed(read_whole, least=1, most=_MOST, example=100)
_port = _typed(read_whole, least=1, most=2**16 - 1, example=8000)
_seed = _typed(read_whole, least=0, most=2**32 - 1, example=7)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `list` and `sessions`."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")


def add_topic(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `help`."""
    parser.add_argument("topic", metavar="TOPIC", nargs="?", help="a topic or a command (default: list them)")


def add_shell(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `completion`."""
    parser.add_argument("shell", choices=SHELLS, help="the shell to print a script for")


def _add_experiment(parser: argparse.ArgumentParser, default: str = "") -> None:
    message = "a preset's name, a TOML file, or - for standard input"
    parser.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help=message + default)


def _add_moment(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--at", metavar="EPOCH:SAMPLE:PHASE", default=default, help="e.g. 1:0:mask1, 12:3, 148 (default: the start)"
    )


def _add_first_step(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--at", metavar="EPOCH:SAMPLE", default="0", help="the step to begin with, e.g. 1:2 (default: the first)"
    )


def add_studio(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the studio."""
    _add_experiment(parser, _ARTICLE)
    session = parser.add_mutually_exclusive_group()
    session.add_argument("--resume", nargs="?", const="", metavar="NAME", help="resume a session (default: the newest)")
    session.add_argument("--session", metavar="FILE", help="resume this session, or start EXPERIMENT and save it there")
    _add_colours(parser)
    parser.add_argument("--play", action="store_true", help="play by itself, and start over at the end")
    _add_kiosk(parser)
    _add_moment(parser, None)
    _add_theme(parser, None)
    _add_overrides(parser)


def add_learn(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `learn`."""
    parser.add_argument(
        "lesson", metavar="CHAPTER|FILE.md", nargs="?", help="a number or a lesson's file (default: where you left off)"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="list the chapters, one per line, with your progress")
    what.add_argument("--plain", action="store_true", help="the whole chapter as text, without the studio")
    what.add_argument("--check", action="store_true", help="list all mistakes in a lesson's file, with line numbers")
    what.add_argument("--new", metavar="FILE.md", help="write a lesson template")
    what.add_argument(
        "--results", metavar="FILE.csv", help="write your answers so far, for one lesson or all, to a CSV file"
    )
    parser.add_argument("--name", metavar="NAME", help="with --results: your name in a first column")
    parser.add_argument("--answers", action="store_true", help="with --plain: with the answers")
    parser.add_argument(
        "--questions", choices=("on", "off"), help="whether to wait for answers, this time (Q: from now on)"
    )
    _add_theme(parser, None)
    _add_colours(parser)
    _add_kiosk(parser)


def add_train(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `train`."""
    _add_experiment(parser)
    _add_run(parser, "text", "brief", *RECORDS[1:])
    parser.add_argument(
        "--every", choices=("step", "epoch"), default="epoch", help="a record for each (default: epoch)"
    )
    _add_overrides(parser)


def add_sweep(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `sweep`."""
    _add_experiment(parser)
    _add_run(parser, *RECORDS)
    parser.add_argument("--seeds", type=_count, default=1000, metavar="N", help="how many starts (default: 1000)")
    parser.add_argument("--first", type=_seed, default=0, metavar="S", help="the first seed (default: 0)")
    _add_overrides(parser, seed=False)


def add_script(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `script`."""
    _add_experiment(parser)
    _add_run(parser, *SCRIPTS)
    _add_overrides(parser)


def _add_run(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--epochs", type=_count, default=1000, metavar="N", help="at most this many (default: 1000)")
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"(default: {formats[0]})")
    parser.add_argument("--out", metavar="FILE", help="write to a file instead of standard output")


def add_show(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `show`."""
    _add_experiment(parser)
    parser.add_argument("--size", type=_typed(_size), default=(120, 40), metavar="120x40", help="columns x rows")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--plain", action="store_true", help="text without colours")
    output.add_argument("--svg", metavar="FILE", help="write a picture")
    _add_moment(parser, "0")
    _add_theme(parser, "dark")
    _add_overrides(parser)


def add_check(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `check`."""
    _add_experiment(parser)
    parser.add_argument("--bug", metavar="NAME", help="check a gradient with a classic mistake, as in chapter 10")
    _add_overrides(parser)


def add_worksheet(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `worksheet`."""
    _add_experiment(parser)
    parser.add_argument("--steps", type=_count, default=1, metavar="N", help="number of steps (default: 1)")
    parser.add_argument("--answers", action="store_true", help="with the numbers filled in")
    _add_first_step(parser)
    _add_overrides(parser)


def add_by_hand(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `by-hand`."""
    _add_experiment(parser, _ARTICLE)
    parser.add_argument("--steps", type=_count, default=1, metavar="N", help="number of steps (default: 1)")
    _add_first_step(parser)
    message = "check the figures in a file (- for standard input) against the true step, without the studio"
    parser.add_argument("--check", metavar="FILE", help=message)
    parser.add_argument(
        "--answers", action="store_true", help="with --check: also show the arithmetic of each figure that is explained"
    )
    _add_theme(parser, None)
    _add_colours(parser)
    parser.set_defaults(kiosk=False, play=False)
    _add_overrides(parser)


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `serve`."""
    _add_experiment(parser, _ARTICLE)
    parser.add_argument(
        "--learn", nargs="?", const="1", metavar="CHAPTER|FILE.md", help="serve a lesson instead (default: chapter 1)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=_port, default=8000, metavar="N", help="(default: 8000)")
    parser.add_argument(
        "--visitors", type=_count, default=50, metavar="N", help="at most this many at once (default: 50)"
    )
    parser.add_argument("--theme", choices=("dark", "light"), help="for everyone (default: what each browser prefers)")


def _add_theme(parser: argparse.ArgumentParser, default: str | None) -> None:
    parser.add_argument(
        "--theme",
        metavar="NAME",
        default=default,
        help="dark, light, ansi (always in 16 colours), or one of Textual's: nord, gruvbox, dracula …",
    )


def _add_colours(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--color", choices=("auto", *COLOURS), default="auto", help="colours to use (default: auto)")
    parser.add_argument(
        "--ascii", action=argparse.BooleanOptionalAction, help="ASCII characters only (default: depends on the locale)"
    )
    parser.add_argument("--motion", action=argparse.BooleanOptionalAction, help="pulses show what flows (default: yes)")


def _add_kiosk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kiosk", action="store_true", help="for public use: no files, bounded runs, starts over when left alone"
    )


def _add_overrides(parser: argparse.ArgumentParser, seed: bool = True) -> None:
    group = parser.add_argument_group("changes to the experiment")
    if seed:
        group.add_argument("--seed", type=_seed, metavar="S", help="new initial weights; biases 0")
    else:
        parser.set_defaults(seed=None)
    group.add_argument("--rate", type=_typed(read_number, example="0.1"), metavar="R", help="learning rate")
    group.add_argument(
        "--layers", type=_typed(read_wholes), metavar="3,4,1", help="units of each layer, input first; new weights"
    )
    group.add_argument("--hidden", metavar="NAME", help="activation of the hidden layers")
    group.add_argument("--output", metavar="NAME", help="activation of the output layer")
    group.add_argument("--batch", type=_typed(_batch), metavar="N|full", help="samples averaged in one update, or full")
    group.add_argument(
        "--stop",
        type=_typed(read_number, example="0.1"),
        metavar="E",
        help="converged once an epoch's error is at most E",
    )
    group.add_argument("--goal", metavar="error|all_right", help="converged at that error, or with all answers right")
    group.add_argument("--shuffle", action=argparse.BooleanOptionalAction, default=None, help="a new order each epoch")
    group.add_argument(
        "--data",
        metavar="FILE",
        help="samples from a CSV file, or - for standard input; on its own, with a suitable network",
    )
    group.add_argument("--missing", metavar="refuse|drop", help="what to do with rows that lack a value")
