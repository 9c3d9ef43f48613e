"""What can be typed after `tui-backprop`: verbs, options, and the checks on their values."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tui_backprop.cli.streams import PROGRAM
from tui_backprop.errors import BackpropError, perhaps, printable, quoted
from tui_backprop.reading.numerals import read_number, read_whole, read_wholes
from tui_backprop.terminal.abilities import COLOURS
from tui_backprop.terminal.size import LARGEST

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

VERBS = (
    "learn",
    "by-hand",
    "worksheet",
    "train",
    "sweep",
    "check",
    "script",
    "show",
    "list",
    "sessions",
    "serve",
    "help",
    "completion",
)
SHELLS = ("bash", "zsh", "fish")
_WITH_DEFAULT = ("studio", "serve", "by-hand")
RECORDS = ("text", "csv", "jsonl")
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
        told = f"{quoted(text)} is not columns x rows, from 20x5 to {LARGEST[0]}x{LARGEST[1]}"
        raise BackpropError(told, "e.g. 120x40") from None


def _batch(text: str) -> int | str:
    return text if text == "full" else read_whole(text, 1, _MOST, example="4, or full")


_count = _typed(read_whole, least=1, most=_MOST, example=100)
_port = _typed(read_whole, least=1, most=2**16 - 1, example=8000)
_seed = _typed(read_whole, least=0, most=2**32 - 1, example=7)


class _ArgumentParser(argparse.ArgumentParser):
    """One line for a mistake, without the whole usage; help that cannot be written is a mistake, too."""

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        print(self.format_help(), end="", file=file)
        if self.prog == PROGRAM:
            from tui_backprop.studio.settings import place

            print(f"Theme, motion, pace and key bar are kept in\n{printable(str(place()))}.", file=file)

    def error(self, message: str) -> None:  # type: ignore[override]
        _, _, unknown = message.partition("unrecognized arguments: ")
        option = unknown.split("=")[0].split(" ")[0]
        near = (
            perhaps(option, re.findall(r"(?<![\w-])--[a-z][a-z-]*", self.format_help()))
            if option.startswith("--")
            else ""
        )
        raise BackpropError(message + near, f"see {self.prog} --help")


def parser_of(verb: str) -> argparse.ArgumentParser:
    """The options of a verb; `studio` is the command without one."""
    parser = _ArgumentParser(
        prog=PROGRAM if verb == "studio" else f"{PROGRAM} {verb}",
        usage=f"{PROGRAM} learn [options] [CHAPTER|FILE.md]" if verb == "learn" else None,  # or it would be too wide
        description=_DESCRIPTIONS[verb],
        epilog=_EPILOG if verb == "studio" else _examples(verb),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(verb=verb)
    if verb in ("list", "sessions"):
        parser.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")
        return parser
    if verb == "help":
        parser.add_argument("topic", metavar="TOPIC", nargs="?", help="a topic or a command (default: list them)")
        return parser
    if verb == "completion":
        parser.add_argument("shell", choices=SHELLS, help="the shell to print a script for")
        return parser
    if verb == "learn":
        _add_learn(parser)
        return parser
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?",
        help="a preset's name, a TOML file, or - for standard input"
        + (" (default: article)" if verb in _WITH_DEFAULT else ""),
    )
    if verb in _OWN_OPTIONS:
        _OWN_OPTIONS[verb](parser)
    if verb in ("studio", "show"):
        default = "0" if verb == "show" else None
        parser.add_argument(
            "--at", metavar="EPOCH:SAMPLE:PHASE", default=default, help="e.g. 1:0:mask1, 12:3, 148 (default: the start)"
        )
    if verb == "serve":
        return parser
    if verb in ("studio", "show"):
        _add_theme(parser, None if verb == "studio" else "dark")
    _add_overrides(parser, seed=verb != "sweep")
    return parser


def _add_studio(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-V", "--version", action="store_true", help="print the version and exit")
    session = parser.add_mutually_exclusive_group()
    session.add_argument("--resume", nargs="?", const="", metavar="NAME", help="resume a session (default: the newest)")
    session.add_argument("--session", metavar="FILE", help="resume this session; if new: EXPERIMENT, saved there")
    _add_colours(parser)
    parser.add_argument("--play", action="store_true", help="play by itself, and start over at the end")
    _add_kiosk(parser)


def _add_learn(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "lesson", metavar="CHAPTER|FILE.md", nargs="?", help="a number or a lesson's file (default: where you left off)"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="the chapters, one per line, and how far you are")
    what.add_argument("--plain", action="store_true", help="the whole chapter as text, without the studio")
    what.add_argument("--check", action="store_true", help="list all mistakes in a lesson's file, with line numbers")
    what.add_argument("--new", metavar="FILE.md", help="write a template of a lesson")
    what.add_argument("--results", metavar="FILE.csv", help="write your answers so far to a CSV file")
    parser.add_argument("--answers", action="store_true", help="with --plain: with the answers")
    parser.add_argument(
        "--questions", choices=("on", "off"), help="whether to wait for answers, this time (Q: from now on)"
    )
    _add_theme(parser, None)
    _add_colours(parser)
    _add_kiosk(parser)


def _add_training(parser: argparse.ArgumentParser) -> None:
    _add_run(parser, *RECORDS)
    parser.add_argument(
        "--every", choices=("step", "epoch"), default="epoch", help="a record for each (default: epoch)"
    )


def _add_sweep(parser: argparse.ArgumentParser) -> None:
    _add_run(parser, *RECORDS)
    parser.add_argument("--seeds", type=_count, default=1000, metavar="N", help="how many starts (default: 1000)")
    parser.add_argument("--first", type=_seed, default=0, metavar="S", help="the first seed (default: 0)")


def _add_script(parser: argparse.ArgumentParser) -> None:
    _add_run(parser, "numpy", "torch")


def _add_run(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--epochs", type=_count, default=1000, metavar="N", help="at most this many (default: 1000)")
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"(default: {formats[0]})")
    parser.add_argument("--out", metavar="FILE", help="write to a file instead of standard output")


def _add_picture(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--size", type=_typed(_size), default=(120, 40), metavar="120x40", help="columns x rows")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--plain", action="store_true", help="text without colours")
    output.add_argument("--svg", metavar="FILE", help="write a picture")


def _add_bug(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bug", metavar="NAME", help="check a gradient with a classic mistake, as in chapter 10")


def _add_exercise(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=_count, default=1, metavar="N", help="number of steps (default: 1)")
    parser.add_argument("--answers", action="store_true", help="with the numbers filled in")


def _add_by_hand(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=_count, default=1, metavar="N", help="number of steps (default: 1)")
    told = "hold the figures in a file, or with - on standard input, against the true step, without the studio"
    parser.add_argument("--check", metavar="FILE", help=told)
    parser.add_argument("--answers", action="store_true", help="with --check: the way to the first wrong figure, too")
    _add_theme(parser, None)
    _add_colours(parser)
    parser.set_defaults(kiosk=False, play=False)


def _add_server(parser: argparse.ArgumentParser) -> None:
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
        "--ascii", action=argparse.BooleanOptionalAction, help="ASCII characters only (default: as the locale says)"
    )
    parser.add_argument("--motion", action=argparse.BooleanOptionalAction, help="pulses show what flows (default: yes)")


def _add_kiosk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kiosk", action="store_true", help="for public use: no files, bounded runs, starts over when left alone"
    )


def _add_overrides(parser: argparse.ArgumentParser, seed: bool) -> None:
    group = parser.add_argument_group("changes to the experiment")
    if seed:
        group.add_argument("--seed", type=_seed, metavar="S", help="new initial weights")
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
        help="samples from a CSV file, or - for standard input; alone: with a suitable network",
    )
    group.add_argument("--missing", metavar="refuse|drop", help="what happens to rows in which a value is missing")


_OWN_OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "studio": _add_studio,
    "train": _add_training,
    "sweep": _add_sweep,
    "script": _add_script,
    "check": _add_bug,
    "show": _add_picture,
    "worksheet": _add_exercise,
    "by-hand": _add_by_hand,
    "serve": _add_server,
}
_DESCRIPTIONS = {
    "studio": "Watch a neural network learn, a phase, sample or epoch per keypress, both ways.",
    "learn": "The guided story, from a single layer to back-propagation by hand.",
    "worksheet": "Print a by-hand exercise: every number of a step, to be filled in.",
    "by-hand": "Work out a step by hand: the first wrong figure is named, with its likely cause.",
    "list": "List the presets: name, shape, title.",
    "train": "Train without drawing, and print the figures of every epoch or step.",
    "sweep": "Train from many seeds: how many converge, how fast, which are stuck, and why.",
    "script": "Print a short NumPy or PyTorch program that trains this network.",
    "check": "Compare every gradient with a finite difference of the loss.",
    "serve": "Serve the studio, or a lesson, to browsers: a kiosk for each visitor.",
    "sessions": "List the sessions that can be resumed, newest first.",
    "show": "Print the studio's screen at a moment, without a terminal.",
    "help": "Print the documentation on a topic, or the help of a command.",
    "completion": "Print a script that completes this command line in a shell.",
}
_EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "learn": (("", "where you left off"), ("5", "chapter 5"), ("5 --plain --answers", "as text, with the answers")),
    "by-hand": (("xor", "fill in a step yourself"), ("article --check mine.txt", "check a sheet")),
    "worksheet": (("article", "an exercise"), ("article --steps 2 --answers", "two steps, solved")),
    "train": (
        ("article", "each epoch as text"),
        ("xor --rate 0.5 --epochs 200", "with another rate"),
        ("--data flowers.csv", "on your own samples"),
        ("article --every step --format jsonl", "every number"),
    ),
    "sweep": (("article-random", "1,000 starts"), ("xor --seeds 200 --format csv", "200 starts, as CSV")),
    "check": (("xor", "every gradient"), ("article --bug wrong-sign", "with a bug")),
    "script": (("iris --format torch", "for PyTorch"), ("xor --out xor.py", "for NumPy, to a file")),
    "show": (
        ("article --at 1:2:mask1", "the screen at a moment"),
        ("circle --at 40 --svg circle.svg", "as a picture"),
    ),
    "list": (("", "name, shape and title"), ("--format json", "for a program")),
    "sessions": (("", "newest first"), ("--format json", "for a program")),
    "serve": (("xor", "at http://127.0.0.1:8000"), ("--learn 3 --visitors 20", "a chapter, for twenty")),
    "help": (("", "all topics"), ("data", "one of them"), ("train", "a command")),
    "completion": (("bash >> ~/.bashrc", "bash"), ("zsh >> ~/.zshrc", "zsh"), ("fish | source", "fish, now")),
}


def _examples(verb: str) -> str:
    """A few command lines, aligned."""
    lines = [(f"{PROGRAM} {verb} {arguments}".rstrip(), does) for arguments, does in _EXAMPLES[verb]]
    cells = max(len(line) for line, _ in lines)
    return "examples:\n" + "\n".join(f"  {line:<{cells}}  {does}" for line, does in lines)


_COMMANDS = {
    "learn [CHAPTER]": "the guided story, with live numbers",
    "by-hand [EXPERIMENT]": "work out a step yourself, or check a sheet",
    "worksheet EXPERIMENT": "a by-hand exercise, or its solution",
    "train EXPERIMENT": "train without drawing",
    "sweep EXPERIMENT": "train from a thousand seeds at once",
    "check EXPERIMENT": "gradients against finite differences",
    "script EXPERIMENT": "the same training as a Python program",
    "show EXPERIMENT": "the screen at a moment, without a terminal",
    "list": "presets, one per line",
    "sessions": "sessions that can be resumed, newest first",
    "serve [EXPERIMENT]": "the studio in browsers",
    "help [TOPIC]": "the documentation",
    "completion SHELL": "completion for bash, zsh or fish",
}
_EPILOG = "\n".join(
    [
        "other commands:",
        *(f"  {PROGRAM} {command:<22} {does}" for command, does in _COMMANDS.items()),
        "Each has its own --help. Inside the studio press ? for help.",
    ]
)
