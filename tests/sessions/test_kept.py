"""Files that earlier versions of the program wrote: they open at the same place, with the same numbers, in this one.

`opens_to.json` beside the files says what each must open to. It was recorded by the version that wrote them, and
is never recorded again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sessions.sessions import resumed
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.lessons import library
from tui_backprop.lessons.plain import plain
from tui_backprop.sessions.store import read

KEPT = Path(__file__).parents[1] / "data" / "kept"
OPENS_TO: dict[str, dict[str, Any]] = json.loads((KEPT / "opens_to.json").read_text("utf-8"))
EXACT = {
    "article-converged", "random-mid-phase", "three-branches", "deep-leaky", "article-start",
}  # fmt: skip
"""Sessions of single samples through piecewise linear units: their bits are the same on every machine."""
CLOSE = 1e-9
"""How close the others' numbers are: exponentials and matrix products differ between machines in their last digits."""


def place(moment: Moment) -> dict[str, Any]:
    """Where a moment is, and on which of which branches."""
    return {
        "experiment": moment.base.name,
        "title": moment.base.title,
        "units": list(moment.base.network.units),
        "activations": list(moment.experiment.network.activations),
        "inputs": list(moment.base.data.input_names),
        "targets": list(moment.base.data.target_names),
        "samples": len(moment.base.data),
        "test": None if moment.base.data.test is None else len(moment.base.data.test),
        "step": moment.step,
        "epoch": moment.epoch,
        "phase": str(moment.phase),
        "rows": list(moment.samples),
        "epochs": len(moment.errors),
        "present": moment.present,
        "branches": [
            {
                "name": branch.name,
                "step": branch.step,
                "phase": str(branch.phase),
                "reached": branch.reached,
                "edits": [[edit.step, edit.what, list(edit.place), edit.value] for edit in branch.edits],
            }
            for branch in moment.branches
        ],
    }


def numbers(moment: Moment) -> dict[str, list[float]]:
    """What a moment shows: parameters, recent errors, and the newest figures of the pass, each as a flat list."""
    depth = moment.experiment.network.depth
    shown = {
        "parameters": moment.parameters.flat,
        "errors": moment.errors[-5:],
        "epoch error": moment.epoch_error,
        "prediction": moment.prediction,
        "error": moment.error,
        **{f"z{layer}": moment.sum(layer) for layer in range(1, depth + 1)},
        **{f"upstream{layer}": moment.upstream(layer) for layer in range(1, depth)},
        **{f"delta{layer}": moment.delta(layer) for layer in range(1, depth + 1)},
        **{f"gradient{layer}": moment.gradient(layer) for layer in range(1, depth + 1)},
    }
    return {name: np.ravel(value).tolist() for name, value in shown.items() if value is not None}


def check(found: dict[str, list[float]], expected: dict[str, list[float]], exact: bool) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if exact:
            assert found[name] == values, name
        else:
            np.testing.assert_allclose(found[name], values, rtol=CLOSE, atol=CLOSE, err_msg=name)


@pytest.mark.parametrize("name", OPENS_TO["sessions"])
def test_a_session_opens_where_it_was_left(name: str) -> None:
    moment = resumed(read(KEPT / "sessions" / f"{name}.json"))
    expected = OPENS_TO["sessions"][name]
    assert place(moment) == expected["place"]
    check(numbers(moment), expected["numbers"], name in EXACT)


@pytest.mark.parametrize("name", OPENS_TO["experiments"])
def test_an_experiment_file_trains_as_it_did(name: str) -> None:
    timeline = Timeline(load_experiment(KEPT / "experiments" / f"{name}.toml"))
    moment = timeline.go(timeline.epoch_end(OPENS_TO["experiments"][name]["epochs"]))
    expected = OPENS_TO["experiments"][name]
    path = place(moment)
    assert path.pop("experiment") == str(KEPT / "experiments" / f"{name}.toml")
    assert path == expected["place"]
    check(numbers(moment), expected["numbers"], exact=False)


@pytest.mark.parametrize("name", OPENS_TO["lessons"])
def test_a_lesson_says_what_it_said(name: str) -> None:
    lesson = library.find(str(KEPT / "lessons" / f"{name}.md"))
    expected = OPENS_TO["lessons"][name]
    assert [page.title for page in lesson.pages] == expected["pages"]
    text = plain(lesson, answers=True)
    assert [line for line in expected["lines"] if line not in text] == []
