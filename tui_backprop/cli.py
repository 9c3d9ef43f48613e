"""The command line: arguments, terminal checks, exit codes. What it needs is imported when it is needed."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing would double the time that --version takes
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tui_backprop.core.experiment import Experiment
    from tui_backprop.errors import BackpropError
    from tui_backprop.experiments import Overrides
    from tui_backprop.store import Record

PROGRAM = "tui-backprop"
VERBS = ("list", "train", "check", "show", "sessions", "serve")
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code: 0 done, 1 failed check, 2 wrong usage or input, 130 interrupted."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _complete_streams()
    if "--version" in arguments:
        from tui_backprop import __version__

        print(PROGRAM, __version__)
        return 0
    from tui_backprop.errors import BackpropError

    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except BackpropError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # keeps Python from complaining when it flushes at exit
        if isinstance(error, BrokenPipeError):  # the reader has seen enough
            return 0
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 1


def _complete_streams() -> None:
    """A stream closed by the caller is as good as an empty one; a sign that an output cannot show is escaped."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115  # as long as the program runs
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    verb = arguments[0] if arguments and arguments[0] in VERBS else "studio"
    options = _parser(verb).parse_args(arguments if verb == "studio" else arguments[1:])
    if verb == "list":
        return _list()
    if verb == "sessions":
        return _sessions()
    if verb == "serve":
        return _serve(options)
    if verb == "studio":
        return _studio(options)
    experiment = _experiment(options)
    if verb == "train":
        from tui_backprop.report import train

        return train(experiment, options.epochs, options.format, options.every, options.out)
    if verb == "check":
        return _check(experiment)
    return _show(experiment, options)


def _parser(verb: str) -> argparse.ArgumentParser:
    import argparse

    class Parser(argparse.ArgumentParser):
        """One line for a mistake, without the whole usage."""

        def error(self, message: str) -> None:  # type: ignore[override]
            from tui_backprop.errors import BackpropError

            raise BackpropError(message, f"see {self.prog} --help")

    parser = Parser(
        prog=PROGRAM if verb == "studio" else f"{PROGRAM} {verb}",
        description=_DESCRIPTIONS[verb],
        epilog=_EPILOG if verb == "studio" else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if verb in ("list", "sessions"):
        return parser
    parser.add_argument(
        "experiment",
        metavar="EXPERIMENT",
        nargs="?" if verb in ("studio", "serve") else None,
        default=None if verb == "studio" else "article",
        help="a preset's name or a TOML file" + (" (default: article)" if verb in ("studio", "serve") else ""),
    )
    if verb == "studio":
        parser.add_argument("--version", action="store_true", help="print the version and do nothing else")
        session = parser.add_mutually_exclusive_group()
        session.add_argument(
            "--resume", nargs="?", const="", metavar="NAME", help="go on with a session (default: the newest)"
        )
        session.add_argument("--session", metavar="FILE", help="go on with this session; new: EXPERIMENT, saved there")
    if verb == "train":
        parser.add_argument("--epochs", type=_count, default=1000, metavar="N", help="at most so many (default: 1000)")
        parser.add_argument("--format", choices=("text", "csv", "jsonl"), default="text")
        parser.add_argument(
            "--every", choices=("step", "epoch"), default="epoch", help="a record for each (default: epoch)"
        )
        parser.add_argument("--out", metavar="FILE", help="write to a file instead of standard output")
    if verb == "show":
        parser.add_argument(
            "--at", metavar="EPOCH:SAMPLE:PHASE", default="0", help="e.g. 1:0:mask1, 12:3, 148 (default: the start)"
        )
        parser.add_argument("--size", type=_size, default=(120, 40), metavar="120x40", help="columns x rows")
        output = parser.add_mutually_exclusive_group()
        output.add_argument("--plain", action="store_true", help="text without colours")
        output.add_argument("--svg", metavar="FILE", help="write a picture")
    if verb == "serve":
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)"
        )
        parser.add_argument("--port", type=_count, default=8000, metavar="N", help="(default: 8000)")
        return parser
    if verb in ("studio", "show"):
        themes = ("dark", "light", "ansi")
        default = None if verb == "studio" else "dark"
        parser.add_argument("--theme", choices=themes, default=default, help="(default: dark, or ansi in 16 colours)")
    if verb == "studio":
        colours = ("auto", "truecolor", "256", "16", "none")
        parser.add_argument("--color", choices=colours, default="auto", help="colours to use (default: auto)")
        parser.add_argument("--play", action="store_true", help="play by itself, and start over at the end")
        parser.add_argument(
            "--kiosk", action="store_true", help="for strangers: no files, bounded runs, starts over when left alone"
        )
        parser.add_argument(
            "--ascii", action=argparse.BooleanOptionalAction, help="ASCII characters only (default: as the locale says)"
        )
    _add_overrides(parser)
    return parser


def _add_overrides(parser: argparse.ArgumentParser) -> None:
    import argparse

    group = parser.add_argument_group("changes to the experiment")
    group.add_argument("--seed", type=int, metavar="S", help="new initial weights")
    group.add_argument("--rate", type=float, metavar="R", help="learning rate")
    group.add_argument("--layers", type=_layers, metavar="3,4,1", help="units of each layer, input first; new weights")
    group.add_argument("--hidden", metavar="NAME", help="activation of the hidden layers")
    group.add_argument("--output", metavar="NAME", help="activation of the output layer")
    group.add_argument("--batch", type=_batch, metavar="N|full", help="samples averaged in one update")
    group.add_argument("--shuffle", action=argparse.BooleanOptionalAction, default=None, help="a new order each epoch")
    group.add_argument("--data", metavar="FILE", help="samples from a CSV file, the targets in its last columns")


_DESCRIPTIONS = {
    "studio": "Watch a neural network learn, one phase, one sample or one epoch per keypress, forwards and backwards.",
    "list": "List the presets: name, shape, title.",
    "train": "Train without drawing, and print the figures of every epoch or step.",
    "check": "Compare every gradient with a finite difference of the loss.",
    "serve": "Show the studio in a browser: a kiosk for each visitor, served from this machine.",
    "sessions": "List the sessions that can be resumed, newest first: name, time, experiment, step/phase, in use.",
    "show": "Print the studio's screen at a moment, without a terminal.",
}
_EPILOG = f"""other commands:
  {PROGRAM} list                presets, one a line
  {PROGRAM} train EXPERIMENT    train without drawing
  {PROGRAM} check EXPERIMENT    gradient check against finite differences
  {PROGRAM} show EXPERIMENT     the studio's screen at a moment, without a terminal
  {PROGRAM} sessions            sessions that can be resumed, newest first
  {PROGRAM} serve [EXPERIMENT]  the studio in a browser
Each has its own --help. Inside the studio press ? for help."""


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise _bad(text, "a whole number from 1")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and 20 <= int(columns) <= 500 and 5 <= int(rows) <= 300):
        raise _bad(text, "columns x rows, from 20x5 to 500x300")
    return int(columns), int(rows)


def _layers(text: str) -> list[int]:
    parts = text.split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise _bad(text, "whole numbers such as 3,4,1")
    return [int(part) for part in parts]


def _batch(text: str) -> int | str:
    if text != "full" and not text.isdecimal():
        raise _bad(text, 'a whole number or "full"')
    return text if text == "full" else int(text)


def _bad(text: str, expected: str) -> Exception:
    import argparse

    return argparse.ArgumentTypeError(f"{text!r}: expected {expected}")


def _experiment(options: argparse.Namespace) -> Experiment:
    from tui_backprop.experiments import load_experiment

    return load_experiment(options.experiment or "article", _overrides(options))


def _overrides(options: argparse.Namespace) -> Overrides:
    from dataclasses import fields

    from tui_backprop.experiments import Overrides

    return Overrides(**{field.name: getattr(options, field.name) for field in fields(Overrides)})


def _list() -> int:
    from tui_backprop.experiments import load_experiment, preset_names

    for name in preset_names():
        experiment = load_experiment(name)
        shape = "-".join(map(str, experiment.network.units))
        print(f"{name:<16} {shape:<8} {experiment.title}")
    return 0


def _check(experiment: Experiment) -> int:
    from tui_backprop.core.diagnostics import TOLERANCE, check_gradient

    result = check_gradient(experiment)
    worst = result.worst
    if result.at_kink:
        print(f"{result.at_kink} entries left out: there the loss has a kink, and no derivative")
    if worst is None:
        print("nothing to compare")
        return 0
    print(
        f"worst entry {worst.name}, batch {worst.batch}: back-propagation {worst.analytic!r}, "
        f"finite difference {worst.numeric!r}, relative difference {worst.difference:.1e}"
    )
    verdict = "passed" if result.passed else "FAILED"
    print(f"gradient check {verdict}: {result.entries} gradients, tolerance {TOLERANCE:.0e}")
    return 0 if result.passed else 1


def _show(experiment: Experiment, options: argparse.Namespace) -> int:
    from tui_backprop.app import picture
    from tui_backprop.core.place import parse_place
    from tui_backprop.core.timeline import Timeline

    timeline = Timeline(experiment)
    timeline.go(*parse_place(options.at, timeline))
    screen = picture(timeline, options.size, options.theme)
    if options.svg is not None:
        _write(options.svg, screen.svg)
    else:
        print(screen.text if options.plain or not sys.stdout.isatty() else screen.ansi)
    return 0


def _write(path: str, text: str) -> None:
    from tui_backprop.errors import BackpropError

    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BackpropError(f"{path}: cannot be written: {error.strerror}", "a file in a writable folder") from None


def _sessions() -> int:
    from tui_backprop.errors import one_line
    from tui_backprop.store import entries, folder, shown

    found, wrong = entries()
    for entry in found:
        head = entry.head
        when = f"{head.saved.astimezone():%Y-%m-%d %H:%M:%S}"
        text = f"{entry.path.stem:<40} {when}  {head.experiment:<16} {head.step}/{head.phase}"
        print(one_line(text + ("  in use" if entry.in_use else "")))
    for error in wrong:
        print(f"{PROGRAM}: skipped {error}", file=sys.stderr)
    if not found:
        print(f"{PROGRAM}: no sessions in {shown(folder())}", file=sys.stderr)
    return 0


def _studio(options: argparse.Namespace) -> int:
    experiment, record = _opened(options)
    try:
        return _watch(experiment, record, options)
    finally:
        if record is not None:
            record.close()


def _opened(options: argparse.Namespace) -> tuple[Experiment, Record | None]:
    """What to watch, and where its session is saved: nowhere if strangers are at the keys, or nobody is."""
    from tui_backprop.errors import BackpropError
    from tui_backprop.experiments import Overrides
    from tui_backprop.store import Record, at, place_to_read, resume_newest

    unattended = options.kiosk or options.play
    if unattended and (options.resume, options.session) != (None, None):
        raise BackpropError("--kiosk and --play keep no session", "without --resume and --session")
    if options.resume is not None and (options.experiment, _overrides(options)) != (None, Overrides()):
        raise BackpropError("a session has its own experiment", "--resume without EXPERIMENT and changes to it")
    if options.resume == "":
        record, session, wrong = resume_newest()
        for error in wrong:
            print(f"{PROGRAM}: skipped {error}", file=sys.stderr)
    elif options.resume is not None:
        record, session = Record.resume(place_to_read(options.resume))
    elif options.session is not None and os.path.exists(at(options.session)):
        record, session = Record.resume(at(options.session))
    else:
        experiment = _experiment(options)
        if unattended:
            return experiment, None
        return experiment, Record.start(at(options.session), experiment) if options.session is not None else Record()
    return session.experiment, record


def _watch(experiment: Experiment, record: Record | None, options: argparse.Namespace) -> int:
    from contextlib import suppress

    in_browser = "TEXTUAL_DRIVER" in os.environ
    if not in_browser and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise _no_terminal()
    from tui_backprop.terminal.abilities import detect_colours, prepare, speaks_utf8

    colours = detect_colours(os.environ) if options.color == "auto" else options.color
    prepare(os.environ, colours)
    theme = "ansi" if colours in ("16", "none") else options.theme or "dark"
    ascii_characters = not speaks_utf8(os.environ) if options.ascii is None else options.ascii
    from tui_backprop.app import BackpropApp
    from tui_backprop.core.timeline import Timeline
    from tui_backprop.screens.audience import KIOSK_MEMORY, KIOSK_STEPS, Audience

    audience = Audience(options.kiosk, options.play)
    timeline = Timeline(experiment, KIOSK_MEMORY, KIOSK_STEPS) if audience.kiosk else Timeline(experiment)
    app = BackpropApp(timeline, theme, ascii_characters, audience, record)
    app.run()
    if record is not None and record.problem:
        with suppress(OSError):  # the terminal may be gone
            print(f"{PROGRAM}: {record.problem}", file=sys.stderr)
    return app.return_code or 0


def _serve(options: argparse.Namespace) -> int:
    """Each visitor gets a kiosk of their own; whoever can reach the address can visit."""
    import shlex

    from tui_backprop.errors import BackpropError
    from tui_backprop.experiments import load_experiment

    try:
        from textual_serve.server import Server
    except ImportError:
        raise BackpropError("the browser mode is not installed", "pip install 'tui-backprop[serve]'") from None
    load_experiment(options.experiment)  # a mistake is better told here than in every browser
    if options.host not in ("127.0.0.1", "localhost", "::1"):
        print(f"{PROGRAM}: anyone who can reach {options.host}:{options.port} can use it", file=sys.stderr)
    command = shlex.join([sys.executable, "-m", "tui_backprop", options.experiment, "--kiosk"])
    Server(command, host=options.host, port=options.port, title=PROGRAM).serve()
    return 0


def _no_terminal() -> BackpropError:
    from tui_backprop.errors import BackpropError

    return BackpropError(
        "the studio needs a terminal for its input and output",
        f"without one, use `{PROGRAM} train` for the figures or `{PROGRAM} show` for the screen",
    )
