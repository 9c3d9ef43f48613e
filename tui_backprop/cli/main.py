"""The command line: which command it is, and exit codes. `run` in the module of its name does it."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from tui_backprop.cli.streams import PROGRAM, complain, complete_streams

TYPE_CHECKING = False  # importing typing would double the time that --version takes
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code.

    0 done, 1 a check failed or the program broke, 2 wrong usage or input, 3 not written or saved, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    complete_streams()
    from tui_backprop.errors import INTERRUPTED, BackpropError

    try:
        try:
            return _dispatch(arguments)
        finally:
            sys.stdout.flush()
    except BackpropError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # keeps Python from complaining when it flushes at exit
        return _system_error(error)


def _system_error(error: OSError) -> int:
    """The exit code when standard output has no reader or no space left, or something else failed."""
    from tui_backprop.reading.disk import NO_ROOM, reason, unwritable

    if isinstance(error, BrokenPipeError):  # the reader has seen enough
        return 0
    if error.filename is None and error.errno in NO_ROOM:
        message = unwritable("standard output", error, "")
        complain(str(message))
        return message.exit_code
    complain(f"{error.filename}: {reason(error)}" if error.filename else reason(error))
    return 1


def _dispatch(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):  # without the time that a parser takes
        from tui_backprop import __version__

        print(PROGRAM, __version__)
        return 0
    from tui_backprop.cli.commands import VERBS, parser_of

    if "_ARGCOMPLETE" in os.environ:
        from tui_backprop.cli.completion import complete

        complete()
    verb = arguments[0] if arguments and arguments[0] in VERBS else "studio"
    if verb == "studio" and arguments and not arguments[0].startswith("-") and not os.path.exists(arguments[0]):
        _check_command(arguments[0])
    options = parser_of(verb).parse_args(arguments if verb == "studio" else arguments[1:])
    if verb == "studio":
        gc.disable()  # until it is on the screen: there is much to import and nothing to collect
    command = import_module(f"tui_backprop.cli.{verb.replace('-', '_')}")
    code: int = command.run(options)
    return code


def _check_command(word: str) -> None:
    """Raises `BackpropError` for a word that is closer to a command than to any preset."""
    from tui_backprop.cli.commands import VERBS
    from tui_backprop.errors import BackpropError, perhaps, quoted
    from tui_backprop.experiments import preset_names

    presets = preset_names()
    near = perhaps(word, (*VERBS, *presets))
    if word not in presets and near and near == perhaps(word, VERBS):
        raise BackpropError(f"{quoted(word)} is not a command, preset or file{near}", f"see {PROGRAM} --help")
