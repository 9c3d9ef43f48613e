"""Sessions from the command line, without a terminal: what is listed, what is refused."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sessions.sessions import NOON, moment_of, names, written
from tui_backprop.cli.main import main
from tui_backprop.errors import NOT_SAVED
from tui_backprop.sessions.store import Record, folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """The one line in which the program refuses, with this exit code."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("tui-backprop: ")
    assert err.endswith("\n")
    assert err[:-1].isprintable()
    return err[len("tui-backprop: ") : -1]


def test_the_list_of_sessions(capsys: pytest.CaptureFixture[str]) -> None:
    written("lesson", moment_of("xor", 40, None), NOON)
    written("newer", moment_of("article", 7, "mask1"), NOON + timedelta(hours=1))
    record, _ = Record.resume(folder() / "lesson.json")
    (folder() / "damaged.json").write_text("{")
    assert main(["sessions"]) == 0
    out, err = capsys.readouterr()
    when = f"{NOON.astimezone():%Y-%m-%d %H:%M:%S}"
    lines = [line.split() for line in out.splitlines()]
    assert [line[0] for line in lines] == ["newer", "lesson"]
    assert lines[0][3:] == ["article", "7/mask1"]
    assert lines[1][1:] == [*when.split(), "xor", "40/update", "in", "use"]
    assert err.startswith("tui-backprop: skipped damaged.json: is not valid JSON")
    record.close()


def test_text_of_files_is_data(capsys: pytest.CaptureFixture[str]) -> None:
    path = written("lesson", moment_of())
    path.write_text(path.read_text().replace('"experiment": "article"', '"experiment": "\\u001b[2J\\nred"'))
    path.rename(folder() / "\x1b]0;title\x07.json")
    assert main(["sessions"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    assert out[:-1].isprintable()
    assert "\\x1b[2J\\nred" in out


def test_where_there_are_no_sessions(capsys: pytest.CaptureFixture[str], state_home: Path) -> None:
    assert main(["sessions"]) == 0
    assert capsys.readouterr() == ("", f"tui-backprop: no sessions in {folder()}\n")
    assert refused(capsys, "--resume").startswith("there is no session to resume")
    assert names(state_home) == []


@pytest.mark.parametrize(
    "changes", [["--rate", "0.2"], ["--seed", "1"], ["--layers", "3,2,1"], ["--no-shuffle"], ["--data", "x.csv"]]
)
def test_a_session_cannot_be_changed_by_options(capsys: pytest.CaptureFixture[str], changes: list[str]) -> None:
    written("lesson", moment_of())
    assert "has its own experiment" in refused(capsys, "--resume", "lesson", *changes)
    assert "has its own experiment" in refused(capsys, *changes, "--resume")
    assert "has its own experiment" in refused(capsys, "xor", "--resume")


def test_options_that_do_not_go_together(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "not allowed with" in refused(capsys, "--resume", "--session", f"{tmp_path}/it")
    for audience in ("--kiosk", "--play"):
        assert "keep no session" in refused(capsys, "--resume", audience)
        assert "keep no session" in refused(capsys, audience, "--session", f"{tmp_path}/it")
    assert "unrecognized arguments" in refused(capsys, "sessions", "--resume")
    assert names(tmp_path) == []


def test_what_is_damaged_is_refused_and_left_as_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "it.json"
    whole = written("whole", moment_of()).read_bytes()
    deep = b'{"format": ' + b"[" * 100_000
    for data in (
        b"",
        whole[: len(whole) // 2],
        whole.replace(b"mask1", b"\x1b[2J"),
        b"title = 1",
        deep,
        os.urandom(99),
    ):
        path.write_bytes(data)
        for option in ("--resume", "--session"):
            assert str(path) in refused(capsys, option, str(path))
            assert path.read_bytes() == data
            assert names(tmp_path) == ["it.json"]


def test_what_is_not_a_file_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    large = tmp_path / "large.json"
    large.touch()
    os.truncate(large, 65 * 2**20)
    for path, words in (
        (str(tmp_path), "not a file"), (f"{tmp_path}/pipe", "not a file"), ("/dev/zero", "not a file"),
        (str(large), "too large"), (f"{tmp_path}/none.json", "no such session"), ("none", "no such session"),
        ("a b", "is not a session name"), (f"{tmp_path}/{'long' * 70}", "cannot be read"),
    ):  # fmt: skip
        assert words in refused(capsys, "--resume", path)
    assert names(tmp_path) == ["large.json", "pipe"]
    assert "cannot be written" in refused(capsys, "--session", f"{tmp_path}/no/such/folder", code=NOT_SAVED)


def test_a_session_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    path = written("lesson", moment_of())
    record, _ = Record.resume(path)
    assert "in use by another studio" in refused(capsys, "--resume", "lesson")
    assert "in use by another studio" in refused(capsys, "--session", str(path))
    assert "all are in use" in refused(capsys, "--resume")
    record.close()


def test_without_a_terminal_nothing_is_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written("lesson", moment_of())
    assert "needs a terminal" in refused(capsys, "--session", f"{tmp_path}/it")
    assert "needs a terminal" in refused(capsys, "--resume")
    assert "needs a terminal" in refused(capsys, "--resume", "lesson")
    assert "no such file or preset" in refused(capsys, "nonesuch", "--session", f"{tmp_path}/it")
    assert names(tmp_path) == []
    assert names(folder()) == ["lesson.json"]
