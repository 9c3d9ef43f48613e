"""Where sessions are kept: whole files or none, one studio each, and nobody else's."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.patience import LIMIT
from tests.sessions.sessions import NOON, moment_of, names, text_of, untouched, written
from tui_backprop import load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError
from tui_backprop.sessions import files, store
from tui_backprop.sessions.files import FileLock, in_use
from tui_backprop.sessions.reader import decode
from tui_backprop.sessions.store import (
    KEPT,
    Record,
    entries,
    folder,
    place,
    place_to_read,
    place_to_write,
    read,
    resume_newest,
    shown,
)


def cursor_in(path: Path) -> tuple[int, str]:
    session = read(path)
    return session.step, session.phase


def own(record: Record) -> Path:
    assert record.path is not None
    return record.path


# One studio, one file


def test_no_file_is_made_before_the_first_step(state_home: Path) -> None:
    record = Record()
    record.save(moment_of(step=0))
    assert record.path is None
    assert names(state_home) == []
    record.save(moment_of(step=1, phase="input"))
    assert cursor_in(own(record)) == (1, "input")


def test_every_save_replaces_the_one_before() -> None:
    moments = [moment_of(load_experiment("xor"), step) for step in (1, 2)]
    moments = [moments[0], moment_of(moments[0].experiment, 9, "error"), moment_of(moments[0].experiment, 0)]
    record = Record()
    for moment in moments:
        record.save(moment)
        assert cursor_in(own(record)) == (moment.step, moment.phase)
    assert names(folder()) == [own(record).name, f"{own(record).name}.lock"]


def test_nothing_is_written_where_nothing_has_changed() -> None:
    record, moment = Record(), moment_of()
    record.save(moment)
    before = untouched(own(record))
    record.save(moment_of(moment.experiment))
    assert untouched(own(record)) == before


def test_files_and_folder_are_for_the_user_alone() -> None:
    record, moment = Record(), moment_of()
    record.save(moment)
    assert stat.S_IMODE(own(record).stat().st_mode) == 0o600
    record.save(moment_of(moment.experiment, 8))
    assert stat.S_IMODE(own(record).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700


def test_two_studios_have_a_file_each() -> None:
    records = [Record() for _ in range(5)]
    for step, record in enumerate(records, 1):
        record.save(moment_of(step=step, phase=None))
    assert len({own(record) for record in records}) == 5
    assert [cursor_in(own(record))[0] for record in records] == [1, 2, 3, 4, 5]


def test_another_experiment_is_another_session() -> None:
    record = Record()
    record.save(moment_of("article", 5))
    first = own(record)
    record.save(moment_of("xor", 0))
    assert record.path is None
    assert not in_use(first)
    record.save(moment_of("xor", 3))
    assert cursor_in(first) == (5, "mask1")
    assert own(record) != first


def save_many(name: str, barrier: Any, saves: int) -> None:
    record, experiment = Record(), load_experiment(name)
    barrier.wait()
    for step in range(1, saves + 1):
        record.save(moment_of(experiment, step, "error"))
    os._exit(0)  # as if killed: nothing is tidied up


@pytest.mark.slow
def test_processes_that_save_at_the_same_time_keep_out_of_each_others_way() -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(4)
    processes = [context.Process(target=save_many, args=("article", barrier, 20 + number)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(LIMIT)
    found, wrong = entries()
    assert wrong == []
    assert sorted(entry.head.step for entry in found) == [20, 21, 22, 23]
    assert not any(entry.in_use for entry in found)


# Whatever happens, a whole file


def save_and_be_killed(path: Path, where: str, step: int) -> None:
    record, session = Record.resume(path)
    module, _, name = where.partition(".")
    setattr({"os": os, "tempfile": tempfile}[module], name, lambda *arguments, **options: os.kill(os.getpid(), 9))
    record.save(moment_of(session.experiment, step))


def fail_with(number: int) -> Callable[..., None]:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.fixture
def saved() -> tuple[Record, Moment]:
    record, moment = Record(), moment_of()
    record.save(moment)
    return record, moment


@pytest.mark.slow
@pytest.mark.parametrize("where", ["tempfile.mkstemp", "os.fsync", "os.replace"])
def test_a_studio_killed_while_it_saves_leaves_the_file_as_it_was(where: str) -> None:
    path = written("lesson", moment_of())
    before = path.read_bytes()
    process = multiprocessing.get_context("spawn").Process(target=save_and_be_killed, args=(path, where, 50))
    process.start()
    process.join(LIMIT)
    assert process.exitcode == -9
    assert path.read_bytes() == before
    assert not in_use(path)
    record, session = Record.resume(path)
    record.save(moment_of(session.experiment, 51))
    assert cursor_in(path) == (51, "mask1")
    record.close()
    unfinished = [name for name in names(folder()) if name != "lesson.json"]
    assert len(unfinished) == (where != "tempfile.mkstemp")
    assert all(name.endswith(".tmp") for name in unfinished)


def test_a_save_that_is_interrupted_leaves_nothing_behind(
    saved: tuple[Record, Moment], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    record, moment = saved
    files, before = names(folder()), own(record).read_bytes()
    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        record.save(moment_of(moment.experiment, 50))
    assert (names(folder()), own(record).read_bytes()) == (files, before)


@pytest.mark.parametrize("where", ["os.fsync", "os.replace", "tempfile.mkstemp"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_a_save_that_fails_is_reported_and_harms_nothing(
    where: str, number: int, saved: tuple[Record, Moment], monkeypatch: pytest.MonkeyPatch
) -> None:
    record, moment = saved
    before = own(record).read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(where, fail_with(number))
        with pytest.raises(BackpropError) as error:
            record.save(moment_of(moment.experiment, 50))
    assert str(error.value) == f"cannot save the session: {os.strerror(number)} ({shown(own(record))})"
    assert record.problem == str(error.value)
    assert own(record).read_bytes() == before
    assert len(names(folder())) == 2
    record.save(moment_of(moment.experiment, 51))
    assert cursor_in(own(record)) == (51, "mask1")
    assert record.problem == ""


def test_a_first_save_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Record()
    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", fail_with(errno.ENOSPC))
        with pytest.raises(BackpropError, match="No space left"):
            record.save(moment_of())
    assert names(folder()) == []
    record.save(moment_of())
    assert cursor_in(own(record)) == (7, "mask1")


def test_where_a_file_is_in_place_of_the_folder(state_home: Path) -> None:
    (state_home / "tui-backprop").write_text("a file")
    record = Record()
    with pytest.raises(BackpropError, match="cannot save the session: Not a directory"):
        record.save(moment_of())
    assert entries() == ([], [])
    (state_home / "tui-backprop").unlink()
    record.save(moment_of())
    assert cursor_in(own(record)) == (7, "mask1")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_in_a_folder_that_is_read_only(saved: tuple[Record, Moment]) -> None:
    record, moment = saved
    before = own(record).read_bytes()
    folder().chmod(0o500)
    try:
        with pytest.raises(BackpropError, match="Permission denied"):
            record.save(moment_of(moment.experiment, 50))
        assert own(record).read_bytes() == before
    finally:
        folder().chmod(0o700)


def test_a_folder_that_has_vanished_is_made_again(saved: tuple[Record, Moment]) -> None:
    record, moment = saved
    for name in names(folder()):
        (folder() / name).unlink()
    folder().rmdir()
    record.save(moment_of(moment.experiment, 8))
    assert cursor_in(own(record)) == (8, "mask1")


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_a_file_system_without_links(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.link", fail_with(number))
    first, second = Record(), Record()
    for step, record in enumerate((first, second), 1):
        record.save(moment_of(step=step))
    assert [cursor_in(own(record))[0] for record in (first, second)] == [1, 2]


def test_a_system_without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.files.fcntl", None)
    first, second = Record(), Record()
    for step, record in enumerate((first, second), 1):
        record.save(moment_of(step=step))
    assert [cursor_in(own(record))[0] for record in (first, second)] == [1, 2]
    assert not any(entry.in_use for entry in entries()[0])


def test_a_session_that_would_be_too_large_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST", 500)
    record = Record()
    with pytest.raises(BackpropError, match="cannot save the session: it would take more than"):
        record.save(moment_of())
    assert names(folder()) == []


def test_a_link_to_a_session_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_bytes(text_of(moment_of()))
    (tmp_path / "link.json").symlink_to("real.json")
    record, session = Record.resume(tmp_path / "link.json")
    record.save(moment_of(session.experiment, 30))
    assert (tmp_path / "link.json").is_symlink()
    assert cursor_in(tmp_path / "real.json") == (30, "mask1")


# In use, or free


def test_a_session_is_in_use_while_a_studio_has_it(saved: tuple[Record, Moment]) -> None:
    record, _ = saved
    path = own(record)
    assert in_use(path)
    with pytest.raises(BackpropError, match="in use by another studio"):
        Record.resume(path)
    record.close()
    assert not in_use(path)
    assert names(folder()) == [path.name]
    again, session = Record.resume(path)
    assert (session.step, session.phase) == (7, "mask1")
    again.close()


def test_a_lock_that_is_no_longer_held_does_not_count() -> None:
    path = written("lesson", moment_of())
    path.with_name("lesson.json.lock").touch()
    assert not in_use(path)
    record, _ = Record.resume(path)
    record.close()
    assert names(folder()) == ["lesson.json"]


def test_a_lock_whose_file_has_just_been_removed_is_taken_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock = tmp_path / "it", files._locked

    def remove_and_lock(descriptor: int, alone: bool) -> bool:
        monkeypatch.setattr(files, "_locked", lock)
        (tmp_path / "it.lock").unlink()  # as somebody does who lets go of it
        return lock(descriptor, alone)

    monkeypatch.setattr(files, "_locked", remove_and_lock)
    claim = FileLock(path)
    assert in_use(path)
    claim.release()


def test_looking_whether_a_file_is_in_use_does_not_block_others(tmp_path: Path) -> None:
    for _ in range(50):
        claim = FileLock(tmp_path / "it")
        assert in_use(tmp_path / "it")
        claim.release()
        assert not in_use(tmp_path / "it")


def test_the_newest_session_that_is_free_is_resumed() -> None:
    for number, name in enumerate(("oldest", "old", "new", "newest")):
        written(name, moment_of(step=number + 1), NOON + timedelta(seconds=number))
    (folder() / "damaged.json").write_text("{")
    newest, _ = Record.resume(folder() / "newest.json")
    record, session, wrong = resume_newest()
    assert own(record).stem == "new"
    assert session.step == 3
    assert [error.message.split(":")[0] for error in wrong] == ["damaged.json"]
    newest.close()
    record.close()


def test_where_there_is_nothing_to_resume() -> None:
    with pytest.raises(BackpropError, match=r"no session to resume \(none in "):
        resume_newest()
    record = Record()
    record.save(moment_of())
    with pytest.raises(BackpropError, match="all are in use"):
        resume_newest()


def test_the_list_is_newest_first_and_tells_what_is_in_use() -> None:
    written("b", moment_of("xor", 3), NOON)
    written("a", moment_of("article", 0), NOON + timedelta(days=1))
    record, _ = Record.resume(folder() / "b.json")
    found, wrong = entries()
    assert wrong == []
    listed = [(entry.path.stem, entry.head.experiment, entry.head.step, entry.in_use) for entry in found]
    assert listed == [("a", "article", 0, False), ("b", "xor", 3, True)]
    record.close()


def test_what_cannot_be_read_is_skipped_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    written("good", moment_of())
    (folder() / "empty.json").touch()
    (folder() / "folder.json").mkdir()
    os.mkfifo(folder() / "pipe.json")
    (folder() / "gone.json").symlink_to("nowhere")
    (folder() / "\x1b[31mred.json").write_text("{}")
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST", 5000)
    (folder() / "large.json").write_bytes(b" " * 5001)
    found, wrong = entries()
    assert [entry.path.stem for entry in found] == ["good"]
    assert len(wrong) == 6
    assert all(str(error).isprintable() for error in wrong)
    assert any("too large" in str(error) for error in wrong)


# Old ones are removed


def test_of_the_studios_own_files_the_newest_stay() -> None:
    text = text_of(moment_of())
    folder().mkdir(parents=True)
    paths = [folder() / f"auto-{number:03}.json" for number in range(KEPT + 10)]
    for age, path in enumerate(reversed(paths)):
        path.write_bytes(text)
        os.utime(path, (store._BEGAN - 100 - age,) * 2)
    named = folder() / "lesson.json"
    named.write_bytes(text)
    os.utime(named, (0, 0))
    held = FileLock(paths[0])
    abandoned, unfinished = folder() / ".old.tmp", folder() / ".new.tmp"
    for path in (abandoned, unfinished):
        path.touch()
    os.utime(abandoned, (0, 0))
    record = Record()
    record.save(moment_of())
    left = {path for path in folder().glob("auto-*.json") if path != record.path}
    assert left == {paths[0], *paths[-(KEPT - 1) :]}
    assert named.exists()
    assert (abandoned.exists(), unfinished.exists()) == (False, True)
    held.release()


@pytest.mark.parametrize("hours", [1, 10_000])
def test_a_clock_that_was_set_back_costs_no_session(hours: int) -> None:
    text = text_of(moment_of())
    folder().mkdir(parents=True)
    to_come = [folder() / f"auto-{number:03}.json" for number in range(KEPT + 5)]
    for path in to_come:
        path.write_bytes(text)
        os.utime(path, (time.time() + 3600 * hours,) * 2)
    made = []
    for step in range(1, 4):
        record = Record()
        record.save(moment_of(step=step))
        made.append(own(record))
        record.close()
        os.utime(made[-1], (store._BEGAN - 60 + step,) * 2)  # another program begins
    assert set(folder().glob("auto-*.json")) == {*to_come, *made}


def test_times_to_come_are_not_the_newest() -> None:
    now = datetime.now(UTC)
    for name, saved in (("old", now - timedelta(days=3)), ("new", now), ("to-come", now + timedelta(hours=1))):
        written(name, moment_of(), saved)
    assert [entry.path.stem for entry in entries()[0]] == ["new", "old", "to-come"]
    record, _, _ = resume_newest()
    assert own(record).stem == "new"
    record.close()


def test_the_name_of_a_file_is_on_disk_before_it_counts_as_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Power may fail at any time: first the contents, then the name, then the folder that it is in."""
    done = []

    def observed(name: str) -> None:
        good = getattr(os, name)

        def call(*arguments: object) -> object:
            folder_or_file = name
            if name == "fsync":
                folder_or_file += " folder" if stat.S_ISDIR(os.fstat(arguments[0]).st_mode) else " file"  # type: ignore[arg-type]
            done.append(folder_or_file)
            return good(*arguments)

        monkeypatch.setattr(os, name, call)

    for name in ("fsync", "link", "replace"):
        observed(name)
    record, experiment = Record(), load_experiment("article")
    for step in (1, 2):
        record.save(moment_of(experiment, step))
    assert done == ["fsync file", "link", "fsync folder", "fsync file", "replace", "fsync folder"]


def test_a_folder_that_cannot_be_synced_is_not_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    good = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        good(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    record = Record()
    assert record.save(moment_of(step=3))
    assert cursor_in(own(record))[0] == 3


# Names and paths


def test_names_are_kept_in_the_folder_and_paths_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert place("lesson-1.b_ü") == folder() / "lesson-1.b_ü.json"
    assert place("lesson.json") == tmp_path / "lesson.json"
    assert place("a/lesson") == tmp_path / "a/lesson"
    assert place("/a/lesson.txt") == Path("/a/lesson.txt")
    assert place("~/lesson") == Path("/home/somebody/lesson")


@pytest.mark.parametrize("text", ["", ".", "..", ".hidden", "-x", "a b", "a\0b", "a\nb", "a;b", "a\0.json", "\x1b[31m"])
def test_what_is_not_a_name(text: str) -> None:
    with pytest.raises(BackpropError, match="is not a session name") as error:
        place(text)
    assert str(error.value).isprintable()


def test_a_session_is_found_by_name_first_then_as_a_file_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lesson").touch()
    assert place_to_read("lesson") == tmp_path / "lesson"
    path = written("lesson", moment_of())
    assert place_to_read("lesson") == path
    assert place_to_read("other") == folder() / "other.json"


def test_no_file_of_another_program_is_overwritten(tmp_path: Path) -> None:
    other = written("other", moment_of())
    (tmp_path / "notes.json").write_text("notes")
    (tmp_path / "link.json").symlink_to("nowhere")
    for text in ("other", f"{tmp_path}/notes.json", f"{tmp_path}/link.json", str(tmp_path)):
        with pytest.raises(BackpropError, match="already exists"):
            place_to_write(text, None)
    assert place_to_write("other", other) == other
    with pytest.raises(BackpropError, match="is not a folder"):
        place_to_write(f"{tmp_path}/no/lesson.json", None)
    with pytest.raises(BackpropError, match="are reserved"):
        place_to_write("auto-1", None)


def test_saving_under_a_name_continues_there(saved: tuple[Record, Moment], tmp_path: Path) -> None:
    record, moment = saved
    first = own(record)
    record.save_as(tmp_path / "it.json", moment)
    assert record.path == tmp_path / "it.json"
    assert (in_use(first), in_use(tmp_path / "it.json")) == (False, True)
    before = untouched(tmp_path / "it.json")
    assert not record.save(moment), "it is saved already"
    assert untouched(tmp_path / "it.json") == before
    record.save(moment_of(moment.experiment, 9))
    assert (cursor_in(first), cursor_in(tmp_path / "it.json")) == ((7, "mask1"), (9, "mask1"))
    record.close()
    assert names(tmp_path) == ["it.json"]


def test_saving_elsewhere_ends_the_trouble_with_the_first_file(
    saved: tuple[Record, Moment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, moment = saved
    with monkeypatch.context() as broken:
        broken.setattr("os.replace", fail_with(errno.ENOSPC))
        with pytest.raises(BackpropError):
            record.save(moment_of(moment.experiment, 50))
    assert record.problem
    record.save_as(tmp_path / "it.json", moment)
    assert record.problem == ""


def test_a_file_that_has_come_up_meanwhile_is_not_overwritten(saved: tuple[Record, Moment], tmp_path: Path) -> None:
    record, moment = saved
    first = own(record)
    (tmp_path / "it.json").write_text("notes")
    with pytest.raises(BackpropError, match="File exists"):
        record.save_as(tmp_path / "it.json", moment)
    assert (tmp_path / "it.json").read_text() == "notes"
    assert names(tmp_path) == ["it.json"]
    assert record.path == first
    assert in_use(first)


def test_a_session_can_be_saved_by_name_before_the_first_step() -> None:
    record = Record()
    record.save_as(place("lesson"), moment_of(step=0))
    assert decode(own(record).read_bytes(), "it").step == 0


def test_a_file_to_start_in_is_made_with_the_first_step(tmp_path: Path) -> None:
    moment = moment_of()
    record = Record.start(tmp_path / "it.json", moment.experiment)
    with pytest.raises(BackpropError, match="in use"):
        Record.start(tmp_path / "it.json", moment.experiment)
    record.save(moment_of(moment.experiment, 0))
    assert names(tmp_path) == ["it.json.lock"]
    record.save(moment)
    assert cursor_in(tmp_path / "it.json") == (7, "mask1")
    record.close()
    with pytest.raises(BackpropError, match="cannot be written: No such file"):
        Record.start(tmp_path / "no" / "it.json", moment.experiment)
