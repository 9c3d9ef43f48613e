"""The command line: arguments, terminal checks, exit codes. What it needs is imported when it is needed."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False  # importing typing would double the time that --version takes
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence
    from typing import Any

    from tui_backprop.core.experiment import Experiment
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.experiments import Overrides
    from tui_backprop.sessions.store import Record
    from tui_backprop.studio.app import BackpropApp

PROGRAM = "tui-backprop"


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code.

    0 done, 1 a check failed or the program broke, 2 wrong usage or input, 3 not written or saved, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    _complete_streams()
    from tui_backprop.errors import INTERRUPTED, BackpropError

    try:
        try:
            return _dispatch(arguments)
        finally:
            sys.stdout.flush()
    except BackpropError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # keeps Python from complaining when it flushes at exit
        return _system_error(error)


def _system_error(error: OSError) -> int:
    """The exit code where standard output has no reader or no room left, or something else broke."""
    from tui_backprop.reading.disk import NO_ROOM, reason, unwritable

    if isinstance(error, BrokenPipeError):  # the reader has seen enough
        return 0
    if error.filename is None and error.errno in NO_ROOM:
        told = unwritable("standard output", error, "")
        _complain(str(told))
        return told.exit_code
    _complain(f"{error.filename}: {reason(error)}" if error.filename else reason(error))
    return 1


def _complain(text: str) -> None:
    """A line on standard error, if that can be written to."""
    from tui_backprop.errors import printable

    try:
        print(f"{PROGRAM}: {printable(text)}", file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # as for standard output


def _complete_streams() -> None:
    """A stream closed by the caller is as good as an empty one; a sign that an output cannot show is escaped."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115  # as long as the program runs
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _dispatch(arguments: list[str]) -> int:
    if "--version" in arguments or arguments == ["-V"]:
        from tui_backprop import __version__

        print(PROGRAM, __version__)
        return 0
    from tui_backprop.cli.arguments import VERBS, parser_of

    if "_ARGCOMPLETE" in os.environ:
        from tui_backprop.cli.completion import complete

        complete()
    verb = arguments[0] if arguments and arguments[0] in VERBS else "studio"
    if verb == "studio" and arguments and not arguments[0].startswith("-") and not os.path.exists(arguments[0]):
        _check_command(arguments[0])
    options = parser_of(verb).parse_args(arguments if verb == "studio" else arguments[1:])
    if verb in _WITHOUT_EXPERIMENT:
        return _WITHOUT_EXPERIMENT[verb](options)
    if options.experiment is None and options.data is None:
        from tui_backprop.errors import BackpropError

        raise BackpropError(
            "the following arguments are required: EXPERIMENT, or --data FILE", f"see {PROGRAM} {verb} --help"
        )
    return _of_experiment(verb, _experiment(options), options)


def _check_command(word: str) -> None:
    """Raises `BackpropError` for a word that is nearer to a command than to any preset."""
    from tui_backprop.cli.arguments import VERBS
    from tui_backprop.errors import BackpropError, perhaps, quoted
    from tui_backprop.experiments import preset_names

    presets = preset_names()
    near = perhaps(word, (*VERBS, *presets))
    if word not in presets and near and near == perhaps(word, VERBS):
        raise BackpropError(f"{quoted(word)} is not a command, preset or file{near}", f"see {PROGRAM} --help")


def _of_experiment(verb: str, experiment: Experiment, options: argparse.Namespace) -> int:
    from tui_backprop.core.goal import out_of_reach

    if reason := out_of_reach(experiment):
        _complain(f"this cannot be learned: {reason}")
    for note in experiment.data.notes if options.experiment is None else ():
        _complain(note)
    if verb == "train":
        from tui_backprop.cli.train import train

        return train(experiment, options.epochs, options.format, options.every, options.out)
    if verb == "sweep":
        from tui_backprop.cli.sweep import sweep

        return sweep(experiment, options.first, options.seeds, options.epochs, options.format, options.out)
    if verb == "script":
        from tui_backprop.cli.script import script
        from tui_backprop.reading.disk import output

        text = script(experiment, options.epochs, options.format)
        with output(options.out) as file:
            file.write(text)
        return 0
    if verb == "check":
        from tui_backprop.cli.check import check

        return check(experiment, options.bug)
    if verb == "worksheet":
        from tui_backprop.lessons.worksheet import worksheet

        print(worksheet(experiment, options.steps, options.answers), end="")
        return 0
    return _show(experiment, options)


def _experiment(options: argparse.Namespace) -> Experiment:
    """The one that is named, with changes; of a data file alone one whose network suits it."""
    from tui_backprop.experiments import load_experiment

    overrides = _overrides(options)
    if options.experiment is None and overrides.data is not None:
        from tui_backprop.experiments.suited import experiment_of

        return experiment_of(overrides.data, overrides)
    return load_experiment(options.experiment or "article", overrides)


def _overrides(options: argparse.Namespace) -> Overrides:
    from dataclasses import fields

    from tui_backprop.experiments import Overrides

    return Overrides(**{field.name: getattr(options, field.name) for field in fields(Overrides)})


def _help(options: argparse.Namespace) -> int:
    from tui_backprop.cli.arguments import VERBS, parser_of
    from tui_backprop.cli.topics import TOPICS, listing, print_topic

    if options.topic is None:
        print(listing(), end="")
    elif options.topic in VERBS and options.topic not in TOPICS:
        parser_of(options.topic).print_help()
    else:
        print_topic(options.topic)
    return 0


def _completion(options: argparse.Namespace) -> int:
    from tui_backprop.cli.completion import script

    print(script(options.shell), end="")
    return 0


def _list(options: argparse.Namespace) -> int:
    from tui_backprop.experiments import load_experiment, preset_names

    presets = [(name, load_experiment(name)) for name in preset_names()]
    if options.format == "json":
        _print_json(
            [
                {"name": name, "layers": [*preset.network.units], "title": preset.title, "watch": preset.watch}
                for name, preset in presets
            ]
        )
        return 0
    for name, preset in presets:
        print(f"{name:<16} {preset.network.shape:<8} {preset.title}")
    return 0


def _print_json(rows: list[dict[str, Any]]) -> None:
    import json

    print("[" + ",\n ".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]")


def _show(experiment: Experiment, options: argparse.Namespace) -> int:
    from tui_backprop.core.place import parse_place
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.reading.disk import output
    from tui_backprop.studio.app import picture
    from tui_backprop.studio.themes import check_theme

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


def _sessions(options: argparse.Namespace) -> int:
    from tui_backprop.errors import one_line
    from tui_backprop.sessions.store import entries, folder, shown

    found, wrong = entries()
    if options.format == "json":
        _print_json(
            [
                {
                    "name": entry.path.stem,
                    "path": str(entry.path),
                    "saved": entry.head.saved.astimezone().isoformat(timespec="seconds"),
                    "experiment": entry.head.experiment,
                    "step": entry.head.step,
                    "phase": entry.head.phase,
                    "in_use": entry.in_use,
                }
                for entry in found
            ]
        )
    for entry in found if options.format == "text" else ():
        head = entry.head
        when = f"{head.saved.astimezone():%Y-%m-%d %H:%M:%S}"
        text = f"{entry.path.stem:<40} {when}  {head.experiment:<16} {head.step}/{head.phase}"
        print(one_line(text + ("  in use" if entry.in_use else "")))
    for error in wrong:
        _complain(f"skipped {error}")
    if not found:
        _complain(f"no sessions in {shown(folder())}")
    return 0


def _studio(options: argparse.Namespace) -> int:
    gc.disable()  # until the studio is on the screen: there is much to import and nothing to collect
    timeline, record = _opened(options)
    if "-" in (options.experiment, options.data):
        _type_at_the_terminal()
    try:
        return _watch(timeline, record, options)
    finally:
        if record is not None:
            record.close()


def _opened(options: argparse.Namespace) -> tuple[Timeline, Record | None]:
    """What to watch, and where its session is saved: nowhere for a kiosk or a demo."""
    from tui_backprop.core.place import parse_place
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.errors import BackpropError
    from tui_backprop.experiments import Overrides
    from tui_backprop.sessions.store import Record, at, place_to_read, resume_newest

    unattended = options.kiosk or options.play
    if unattended and (options.resume, options.session) != (None, None):
        raise BackpropError("--kiosk and --play keep no session", "without --resume and --session")
    if options.resume is not None and (options.experiment, _overrides(options)) != (None, Overrides()):
        raise BackpropError("a session has its own experiment", "--resume without EXPERIMENT and changes to it")
    if options.resume == "":
        record, session, wrong = resume_newest()
        for error in wrong:
            _complain(f"skipped {error}")
    elif options.resume is not None:
        record, session = Record.resume(place_to_read(options.resume))
    elif options.session is not None and os.path.exists(at(options.session)):
        record, session = Record.resume(at(options.session))
    else:
        experiment = _experiment(options)
        timeline = _timeline(experiment, options)
        if options.at is not None:
            timeline.go(*parse_place(options.at, timeline))
        if unattended:
            return timeline, None
        return timeline, Record.start(at(options.session), experiment) if options.session is not None else Record()
    if options.at is not None:
        raise BackpropError("a session has its own place", "without --at")
    return Timeline(session.experiment, branches=session.branches, present=session.present), record


def _type_at_the_terminal() -> None:
    """Keys come from the terminal where standard input was a file that has been read; there may be none."""
    from contextlib import suppress

    with suppress(OSError):
        os.dup2(os.open("/dev/tty", os.O_RDWR), 0)


def _timeline(experiment: Experiment, options: argparse.Namespace) -> Timeline:
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.studio.audience import KIOSK_MEMORY, KIOSK_STEPS

    return Timeline(experiment, KIOSK_MEMORY, KIOSK_STEPS) if options.kiosk else Timeline(experiment)


def _watch(timeline: Timeline, record: Record | None, options: argparse.Namespace, by_hand: int = 0) -> int:
    from tui_backprop.errors import NOT_SAVED

    look = _look(options)
    from tui_backprop.studio.app import BackpropApp
    from tui_backprop.studio.audience import Audience

    audience = Audience(options.kiosk, options.play)
    code = _run(BackpropApp(timeline, audience=audience, record=record, by_hand=by_hand, **look))
    if record is not None and record.problem:
        _complain(record.problem)
        return code or NOT_SAVED
    return code


def _run(app: BackpropApp) -> int:
    """Runs the studio; what has been imported until now stays, and is never searched for garbage."""
    gc.freeze()
    return app.run_to_end()


def _look(options: argparse.Namespace) -> dict[str, Any]:
    """How the studio looks: as the terminal allows, as asked for, and as kept, in this order."""
    from tui_backprop.terminal.looks import looks

    few_colours, ascii_characters = looks(options.color, options.ascii)
    from tui_backprop.studio.settings import choose, keep

    settings, problem = choose(options.kiosk, few_colours, options.theme, options.motion)
    if problem:
        _complain(problem)
    return {
        "settings": settings,
        "ascii_characters": ascii_characters,
        "keep": None if options.kiosk else keep,
        "news": problem,
    }


def _learn(options: argparse.Namespace) -> int:
    """The guided story: in the studio, or on paper."""
    from tui_backprop.cli import learn as desk
    from tui_backprop.errors import BackpropError

    if options.answers and not options.plain:
        raise BackpropError("--answers goes with --plain", "learn CHAPTER --plain --answers")
    if options.list:
        print(desk.listing(), end="")
        return 0
    if options.results is not None:
        desk.export(options.results)
        return 0
    if options.new is not None:
        print(desk.create(options.new))
        return 0
    if options.check:
        return desk.check(options.lesson)
    if options.plain:
        print(desk.on_paper(options.lesson, options.answers), end="")
        return 0
    lesson = desk.opened(options.lesson or "1") if options.kiosk else desk.opened(options.lesson)
    look = _look(options)
    from tui_backprop.studio.app import BackpropApp
    from tui_backprop.studio.audience import Audience
    from tui_backprop.studio.screens.lesson import first_experiment

    timeline = _timeline(first_experiment(lesson), options)
    app = BackpropApp(
        timeline,
        audience=Audience(options.kiosk),
        lesson=lesson,
        keep_progress=not options.kiosk,
        questions=None if options.questions is None else options.questions == "on",
        **look,
    )
    return _run(app)


def _by_hand(options: argparse.Namespace) -> int:
    """A step worked out in the studio, or on a sheet that is checked."""
    from tui_backprop.errors import BackpropError

    if options.check == "-" and "-" in (options.experiment, options.data):
        raise BackpropError("standard input is the experiment already", "--check FILE")
    if options.answers and options.check is None:
        raise BackpropError(
            "--answers goes with --check FILE", f"{PROGRAM} worksheet EXPERIMENT --answers solves a step"
        )
    experiment = _experiment(options)
    if options.check is not None:
        from tui_backprop.cli.by_hand import check

        return check(experiment, options.check, options.answers)
    from tui_backprop.lessons.by_hand.exercise import refuse_too_much

    refuse_too_much(experiment)
    gc.disable()
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.sessions.store import Record
    from tui_backprop.terminal.looks import check_terminal

    if "-" in (options.experiment, options.data):
        _type_at_the_terminal()
    check_terminal("without one, --check FILE checks figures that were written down")
    record = Record()
    try:
        return _watch(Timeline(experiment), record, options, options.steps)
    finally:
        record.close()


def _serve(options: argparse.Namespace) -> int:
    """Each visitor gets a kiosk of their own; whoever can reach the address can visit."""
    from tui_backprop.errors import BackpropError

    try:
        import textual_serve  # noqa: F401
    except ImportError:
        raise BackpropError("the browser mode is not installed", "pip install 'tui-backprop[serve]'") from None
    from tui_backprop.cli.serve import StudioServer

    shown = _served(options)
    only_here = options.host in ("127.0.0.1", "localhost", "::1")
    who = "only this machine can reach" if only_here else "anyone on the network can use"
    _complain(f"{who} {options.host}:{options.port}; each visitor gets a kiosk")
    command = [sys.executable, "-m", "tui_backprop", *shown, "--kiosk"]
    try:
        StudioServer(command, options.host, options.port, options.visitors, options.theme).serve()
    except OSError as error:
        problem = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise BackpropError(f"{options.host}:{options.port}: {problem}", "another --host or --port") from None
    return 0


def _served(options: argparse.Namespace) -> list[str]:
    """The arguments for what visitors see; a mistake is better reported here than in every browser."""
    from tui_backprop.errors import BackpropError

    if options.learn is None:
        from tui_backprop.experiments import load_experiment

        name = options.experiment or "article"
        load_experiment(name)
        return [name]
    if options.experiment is not None:
        raise BackpropError("a lesson has its own experiments", "--learn without EXPERIMENT")
    from tui_backprop.cli import learn as desk

    desk.opened(options.learn)
    return ["learn", options.learn]


_WITHOUT_EXPERIMENT: dict[str, Callable[[argparse.Namespace], int]] = {
    "studio": _studio,
    "learn": _learn,
    "list": _list,
    "sessions": _sessions,
    "serve": _serve,
    "by-hand": _by_hand,
    "help": _help,
    "completion": _completion,
}
"""Commands that read their experiment themselves, if they have one."""
