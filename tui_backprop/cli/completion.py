"""Completion of the command line in bash, zsh and fish, by argcomplete."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from typing import Any

import argcomplete
from argcomplete.completers import FilesCompleter
from argcomplete.shell_integration import shellcode

from tui_backprop.cli.commands import VERBS, parser_of
from tui_backprop.cli.help import TOPICS
from tui_backprop.cli.streams import PROGRAM


def run(options: argparse.Namespace) -> int:
    """Prints the script of a shell; returns the exit code."""
    print(script(options.shell), end="")
    return 0


def script(shell: str) -> str:
    """What the shell reads once; from then on it asks the program itself."""
    return shellcode([PROGRAM], shell=shell) + "\n"


def complete() -> None:
    """Answers the shell that asks for completions, and ends the program."""
    typed = os.environ["COMP_LINE"][: int(os.environ["COMP_POINT"])]
    words = typed.split() if typed.endswith(" ") else typed.split()[:-1]
    verb = words[1] if len(words) > 1 and words[1] in VERBS else "studio"
    if verb != "studio":
        os.environ["_ARGCOMPLETE"] = "2"  # the verb is part of the program's name
    argcomplete.autocomplete(parser_of(verb), always_complete_options="long", default_completer=_suggest)  # type: ignore[arg-type]


def _suggest(prefix: str, action: argparse.Action, parser: argparse.ArgumentParser, **_: Any) -> Iterable[str]:
    """Names that an argument can have, and files."""
    from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
    from tui_backprop.experiments import preset_names
    from tui_backprop.lessons.library import chapter_names

    names: Iterable[str] = ()
    match action.dest:
        case "experiment":
            names = [*preset_names(), *(VERBS if parser.prog == PROGRAM else ())]
        case "lesson":
            names = map(str, range(1, len(chapter_names()) + 1))
        case "topic":
            names = [*TOPICS, *VERBS]
        case "hidden":
            names = HIDDEN_ACTIVATIONS
        case "output":
            names = ACTIVATIONS
        case "goal":
            names = ("error", "all_right")
        case "theme":
            names = ("dark", "light", "ansi")
        case "resume":
            from tui_backprop.sessions.store import entries

            return [entry.path.stem for entry in entries()[0]]
    files = FilesCompleter()(prefix) if action.dest not in ("topic", "hidden", "output", "goal", "theme") else ()
    return [*names, *files]
