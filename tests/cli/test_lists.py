"""Presets and sessions as lists, for people and for programs."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.cli.program import assert_refused, program
from tui_backprop import Timeline, __version__, load_experiment
from tui_backprop.experiments import preset_names
from tui_backprop.sessions.store import Record, place


def test_the_presets_as_json() -> None:
    rows = json.loads(program("list", "--format", "json").stdout)
    assert [row["name"] for row in rows] == list(preset_names())
    assert rows[0] == {
        "name": "article",
        "layers": [3, 4, 1],
        "title": load_experiment("article").title,
        "watch": load_experiment("article").watch,
    }


def test_the_sessions_as_json() -> None:
    assert json.loads(program("sessions", "--format", "json").stdout) == []
    timeline = Timeline(load_experiment("xor"))
    record = Record.start(place("mine"), timeline.experiment)
    try:
        record.save(timeline.next_step())
        (row,) = json.loads(program("sessions", "--format", "json").stdout)
    finally:
        record.close()
    shown = (row["name"], row["experiment"], row["step"], row["phase"], row["in_use"])
    assert shown == ("mine", "xor", 1, "update", True)
    assert datetime.fromisoformat(row["saved"]).tzinfo is not None


@pytest.mark.parametrize("arguments", [["-V"], ["--version"], ["-V", "xor"], ["xor", "-V"], ["train", "--version"]])
def test_the_version_is_printed_wherever_it_is_asked_for(arguments: list[str]) -> None:
    done = program(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"tui-backprop {__version__}\n", "")


def test_an_option_that_lacks_its_value_is_refused_before_the_version() -> None:
    assert_refused(program("train", "xor", "--out", "--version"), "--out: expected one argument")
