"""Whatever is read or written may be anything: one line with the path and the reason, and an exit code."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import COMMAND, assert_refused
from tui_backprop.cli import main as cli
from tui_backprop.cli.commands import VERBS
from tui_backprop.errors import NOT_SAVED
from tui_backprop.lessons.library import template

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes of POSIX")

TOML = "[network]\nlayers = [1, 1]\n[data]\ninputs = [[1]]\ntargets = [[1]]\n"
SHEET = Path(__file__).parents[1] / "data" / "article-sheet.txt"
CSV = "a,b,c,t\n1,0,1,1\n0,1,0,0\n"
READERS = {
    "experiment": (["train", "FILE", "--epochs", "1"], TOML),
    "samples": (["train", "article", "--epochs", "1", "--data", "FILE"], CSV),
    "lesson": (["learn", "FILE", "--check"], template()),
    "lesson on paper": (["learn", "FILE", "--plain"], template()),
    "sheet": (["by-hand", "article", "--check", "FILE"], SHEET.read_text("utf-8")),
    "session": (["--resume", "FILE"], None),
    "own session": (["--session", "FILE"], None),
}
WRITERS = {
    "train": ["train", "xor", "--epochs", "1", "--out", "FILE"],
    "sweep": ["sweep", "xor", "--seeds", "2", "--epochs", "1", "--out", "FILE"],
    "script": ["script", "xor", "--out", "FILE"],
    "picture": ["show", "xor", "--svg", "FILE"],
    "lesson": ["learn", "--new", "FILE"],
    "session": ["xor", "--session", "FILE"],
}
LONG = "a" * 300


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> subprocess.CompletedProcess[str]:
    """In this process."""
    code = cli.main(arguments)
    return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())


def shell(command: str) -> subprocess.CompletedProcess[str]:
    """In a shell, as a process that may not take all memory."""
    line = f"ulimit -v 4000000; {command.replace('PROGRAM', shlex.join(COMMAND))}"
    return subprocess.run(["bash", "-c", line], capture_output=True, encoding="utf-8", timeout=60, check=False)


def with_file(arguments: list[str], file: Path | str) -> list[str]:
    return [str(file) if argument == "FILE" else argument for argument in arguments]


def in_the_way(path: Path) -> Path:
    path.write_text("")
    return path / "it"


def locked(path: Path) -> Path:
    if os.geteuid() == 0:
        pytest.skip("this user may do everything")
    path.mkdir(0)
    return path / "it"


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def device(path: Path) -> Path:
    path.symlink_to("/dev/zero")
    return path


UNREADABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "nothing": (lambda path: path, "no such"),
    "control characters": (lambda path: path.with_name("a\x1b[31m\n"), "no such"),
    "too long": (lambda path: path.with_name(LONG), "cannot be read: File name too long"),
    "too deep": (lambda path: path / "/".join("a" * 3000), "cannot be read: File name too long"),
    "folder": (folder, "is a folder, not a file"),
    "below a file": (in_the_way, "cannot be read: Not a directory"),
    "no permission": (locked, "cannot be read: Permission denied"),
    "device": (device, "is a device, not a file"),
}
UNWRITABLE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no folder": (lambda path: path / "it", "No such file or directory"),
    "control characters": (lambda path: path / "a\x1b[31m", "No such file or directory"),
    "too long": (lambda path: path.with_name(LONG), "File name too long"),
    "below a file": (in_the_way, "Not a directory"),
    "no permission": (locked, "Permission denied"),
    "folder": (folder, "Is a directory"),
    "full disk": (lambda path: Path("/dev/full"), "No space left on device"),
}


def assert_reported(done: subprocess.CompletedProcess[str], path: Path, reason: str, code: int) -> None:
    assert_refused(done, reason, code=code)
    assert done.stderr.rstrip("\n").isprintable()
    name = path.name.encode("unicode_escape").decode()
    assert name[:20] in done.stderr
    assert name[-5:] in done.stderr


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("reader", READERS)
def test_what_cannot_be_read_is_reported_with_the_reason(
    reader: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, reason = UNREADABLE[kind]
    path = make(tmp_path / "it")
    arguments = with_file(READERS[reader][0], path)
    if reader == "own session" and not os.path.exists(path):
        pytest.skip("one that is not there is begun")
    done = shell(f"PROGRAM {shlex.join(arguments)}") if kind == "device" else run(arguments, capsys)
    assert_reported(done, path, reason, 2)


@pytest.mark.parametrize("kind", UNWRITABLE)
@pytest.mark.parametrize("writer", WRITERS)
def test_what_cannot_be_written_is_reported_with_the_reason(
    writer: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, reason = UNWRITABLE[kind]
    path = make(tmp_path / "it")
    done = run(with_file(WRITERS[writer], path), capsys)
    if writer in ("lesson", "session") and os.path.exists(path):
        assert_refused(done, "already exists" if writer == "lesson" else "not a file")  # it stays as it is
        return
    assert_reported(done, path, f"cannot be written: {reason}", NOT_SAVED)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, (_, text) in READERS.items() if text is not None])
@pytest.mark.parametrize(
    "way", ["PROGRAM {} < {}", "cat {1} | PROGRAM {0}", "PROGRAM {} ", "cat {1} > {1}.pipe & PROGRAM {0}"]
)
def test_a_pipe_that_ends_is_as_good_as_a_file(name: str, way: str, tmp_path: Path) -> None:
    path = tmp_path / "it"
    arguments, text = READERS[name]
    path.write_text(str(text), "utf-8")
    source = "/dev/stdin" if "{0}" in way or "<" in way else f"<(cat {path})"
    if ".pipe" in way:
        os.mkfifo(source := f"{path}.pipe")
    typed = " ".join(with_file(arguments, source))
    done = shell(way.format(typed, path))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in READERS if "session" not in name])
def test_a_stream_that_never_ends_is_given_up(name: str) -> None:
    if name == "samples":
        pytest.skip("half a gigabyte is read before that")
    done = shell(f"yes '# x' | PROGRAM {' '.join(with_file(READERS[name][0], '/dev/stdin'))}")
    assert_refused(done, "/dev/stdin: is too large")


PRINTERS = {
    "train": ["train", "xor", "--epochs", "3"],
    "long train": ["train", "no-direction", "--every", "step", "--format", "jsonl"],
    "sweep": ["sweep", "xor", "--seeds", "2", "--epochs", "2"],
    "check": ["check", "xor"],
    "script": ["script", "xor"],
    "show": ["show", "xor"],
    "worksheet": ["worksheet", "article"],
    "by hand": ["by-hand", "article", "--check", str(SHEET)],
    "list": ["list"],
    "chapters": ["learn", "--list"],
    "paper": ["learn", "1", "--plain"],
    "checked lesson": ["learn", "1", "--check"],
    "document": ["help", "lessons"],
    "completion": ["completion", "bash"],
    "version": ["--version"],
    "help": ["--help"],
    "help of a verb": ["train", "--help"],
}


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("name", PRINTERS)
def test_a_full_disk_behind_standard_output_is_reported(name: str) -> None:
    done = shell(f"PROGRAM {shlex.join(PRINTERS[name])} > /dev/full")
    assert_refused(done, "standard output: cannot be written: No space left on device", code=NOT_SAVED)


def test_every_verb_that_prints_is_tried() -> None:
    assert {arguments[0] for arguments in PRINTERS.values()} >= set(VERBS) - {"serve", "sessions"}


def test_a_file_size_limit_is_reported(tmp_path: Path) -> None:
    done = shell(f"ulimit -f 0; PROGRAM check xor > {tmp_path}/it")
    assert_refused(done, "standard output: cannot be written: File too large", code=NOT_SAVED)
    done = shell(f"ulimit -f 0; PROGRAM learn --new {tmp_path}/it.md")
    assert_refused(done, "it.md: cannot be written: File too large", code=NOT_SAVED)
    assert not (tmp_path / "it.md").exists()  # half a lesson would be in the way of the next attempt


def test_an_unreadable_complaint_leaves_the_exit_code() -> None:
    for command, code in (("train nowhere", 2), ("train xor --out /dev/full", NOT_SAVED)):
        assert shell(f"PROGRAM {command} 2> /dev/full").returncode == code


EVIL = """\
title = "ti\\u001b[31mtle"
[network]
layers = [2, 2, 1]
bias = true
[data]
inputs = [[1, 1], [0, 1]]
targets = [[1], [0]]
names = ["a\\u001b[31m", "b\\u009b31m"]
"""
EVIL_LESSON = """\
+++
title = "T"
summary = "S"
experiment = "it.toml"
+++
# A
```page
at = "1:0:sum1"
```
The\tsum is {work z h1}.
```check
```
```code
\tx = 1
```
```question
kind = "choice"
options = ["a", "b"]
answer = 1
ask = "Which?"
reveal = "1:0:activate1"
```
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "FILE", "--epochs", "1"], ["train", "FILE", "--epochs", "1", "--format", "csv"],
        ["train", "FILE", "--epochs", "1", "--every", "step"], ["check", "FILE"], ["show", "FILE", "--plain"],
        ["worksheet", "FILE", "--answers"], ["script", "FILE"], ["sweep", "FILE", "--seeds", "2", "--epochs", "2"],
        ["learn", "--new", "NEW"], ["learn", "NEW", "--check"], ["sessions"],
        ["learn", "LESSON", "--plain"], ["learn", "LESSON", "--plain", "--answers"], ["learn", "LESSON", "--check"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_control_character_of_a_file_or_a_name_is_printed(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "\x1b[31m\x07"
    folder.mkdir()
    (folder / "it.toml").write_text(EVIL, "utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    files = {"NEW": folder / "new.md", "LESSON": folder / "it.md"}
    files["LESSON"].write_text(EVIL_LESSON, "utf-8")
    if arguments[-1] == "--check":
        files["NEW"].write_text(template(), "utf-8")
    done = run([str(files.get(a, a)) for a in with_file(arguments, folder / "it.toml")], capsys)
    assert done.returncode == 0
    assert done.stdout + done.stderr != ""
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()


@pytest.mark.parametrize("asked", ["--plain", "--check"])
@pytest.mark.parametrize("given", ['title = "T"', '"S"', "# A", "The", '"Which?"', '["a"', '"it.toml"'])
def test_a_lesson_with_control_characters_is_refused_without_printing_them(
    given: str, asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "it.toml").write_text(EVIL, "utf-8")
    file = tmp_path / "\x1b[31m.md"
    for evil in ("\x1b[31m", "\\u001b[31m"):
        if evil[0] == "\x1b" or '"' in given:  # what TOML unescapes is in quotation marks
            file.write_text(EVIL_LESSON.replace(given, f"{given[:-1]}{evil}{given[-1]}"), "utf-8")
            done = run(["learn", str(file), asked], capsys)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.replace("\n", "").isprintable()
