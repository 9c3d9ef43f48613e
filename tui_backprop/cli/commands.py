"""The commands that follow `tui-backprop`, their help, and the parser of each one's options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tui_backprop import __version__
from tui_backprop.cli.arguments import (
    add_by_hand,
    add_check,
    add_format,
    add_learn,
    add_script,
    add_serve,
    add_shell,
    add_show,
    add_studio,
    add_sweep,
    add_topic,
    add_train,
    add_worksheet,
)
from tui_backprop.cli.streams import PROGRAM
from tui_backprop.errors import BackpropError, perhaps, printable

if TYPE_CHECKING:
    from _typeshed import SupportsWrite


class Command(NamedTuple):
    """A command: what it takes and does in the list of all, a sentence on it, its options, and examples of them."""

    arguments: str
    does: str
    description: str
    add_options: Callable[[argparse.ArgumentParser], None]
    examples: tuple[tuple[str, str], ...]


COMMANDS = {
    "learn": Command(
        "[CHAPTER]",
        "the guided story, with live numbers",
        "The guided story, from a single layer to back-propagation by hand.",
        add_learn,
        (("", "where you left off"), ("5", "chapter 5"), ("5 --plain --answers", "as text, with the answers")),
    ),
    "by-hand": Command(
        "[EXPERIMENT]",
        "work out a step yourself, or check a sheet",
        "Work out a step by hand: wrong figures are named, each with its likely mistake.",
        add_by_hand,
        (("xor", "fill in a step yourself"), ("article --check mine.txt", "check a sheet")),
    ),
    "worksheet": Command(
        "EXPERIMENT",
        "a by-hand exercise, or its solution",
        "Print a by-hand exercise: a blank for every number of a step.",
        add_worksheet,
        (("article --at 1:2", "an exercise"), ("article --steps 2 --answers", "two steps, solved")),
    ),
    "train": Command(
        "EXPERIMENT",
        "train without drawing",
        "Train without drawing, and print the figures of every epoch or step.",
        add_train,
        (
            ("article", "each epoch as text"),
            ("xor --rate 0.5 --epochs 200", "with another rate"),
            ("--data flowers.csv", "on your own samples"),
            ("iris --format brief", "one line per epoch"),
            ("article --every step --format jsonl", "every number"),
        ),
    ),
    "sweep": Command(
        "EXPERIMENT",
        "train from a thousand seeds at once",
        "Train from many seeds: how many converge, how fast, which are stuck, and why.",
        add_sweep,
        (("article-random", "1,000 starts"), ("xor --seeds 200 --format csv", "200 starts, as CSV")),
    ),
    "check": Command(
        "EXPERIMENT",
        "gradients against finite differences",
        "Compare every gradient with a finite difference of the loss.",
        add_check,
        (("xor", "every gradient"), ("article --bug wrong-sign", "with a bug")),
    ),
    "script": Command(
        "EXPERIMENT",
        "the same training as a Python program",
        "Print a short NumPy or PyTorch program that trains this network.",
        add_script,
        (("iris --format torch", "for PyTorch"), ("xor --out xor.py", "for NumPy, to a file")),
    ),
    "show": Command(
        "EXPERIMENT",
        "the screen at a moment, without a terminal",
        "Print the studio's screen at a moment, without a terminal.",
        add_show,
        (("article --at 1:2:mask1", "the screen at a moment"), ("circle --at 40 --svg circle.svg", "as a picture")),
    ),
    "list": Command(
        "",
        "presets, one per line",
        "List the presets: name, shape, title.",
        add_format,
        (("", "name, shape and title"), ("--format json", "for a program")),
    ),
    "sessions": Command(
        "",
        "sessions that can be resumed, newest first",
        "List the sessions that can be resumed, newest first.",
        add_format,
        (("", "newest first"), ("--format json", "for a program")),
    ),
    "serve": Command(
        "[EXPERIMENT]",
        "the studio in browsers",
        "Serve the studio, or a lesson, to browsers: a kiosk for each visitor.",
        add_serve,
        (("xor", "at http://127.0.0.1:8000"), ("--learn 3 --visitors 20", "a chapter, for twenty")),
    ),
    "help": Command(
        "[TOPIC]",
        "the documentation",
        "Print the documentation on a topic, or the help of a command.",
        add_topic,
        (("", "all topics"), ("data", "one of them"), ("train", "a command")),
    ),
    "completion": Command(
        "SHELL",
        "completion for bash, zsh or fish",
        "Print a script that completes this command line in a shell.",
        add_shell,
        (("bash >> ~/.bashrc", "bash"), ("zsh >> ~/.zshrc", "zsh"), ("fish | source", "fish, now")),
    ),
}
"""The commands by name, in the order of the list."""
VERBS = tuple(COMMANDS)
_STUDIO = "Watch a neural network learn, a phase, sample or epoch per keypress, both ways."


def _list_of_commands() -> str:
    lines = [f"  {PROGRAM} {f'{verb} {command.arguments}':<22} {command.does}" for verb, command in COMMANDS.items()]
    ending = "Each has its own --help. Inside the studio press ? for help."
    return "\n".join(["other commands:", *lines, ending])


def _examples(verb: str) -> str:
    """A few command lines, aligned."""
    lines = [(f"{PROGRAM} {verb} {arguments}".rstrip(), does) for arguments, does in COMMANDS[verb].examples]
    cells = max(len(line) for line, _ in lines)
    return "examples:\n" + "\n".join(f"  {line:<{cells}}  {does}" for line, does in lines)


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
    command = COMMANDS.get(verb)
    parser = _ArgumentParser(
        prog=PROGRAM if command is None else f"{PROGRAM} {verb}",
        usage=f"{PROGRAM} learn [options] [CHAPTER|FILE.md]" if verb == "learn" else None,  # or it would be too wide
        description=_STUDIO if command is None else command.description,
        epilog=_list_of_commands() if command is None else _examples(verb),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(verb=verb)
    parser.add_argument(
        "-V", "--version", action="version", version=f"{PROGRAM} {__version__}", help="print the version and exit"
    )
    (add_studio if command is None else command.add_options)(parser)
    return parser
