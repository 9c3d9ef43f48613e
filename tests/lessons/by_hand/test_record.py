"""Records of steps as sheets: what training prints is right, and what is not a record is refused in a line."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lessons.by_hand.sheets import Homework
from tests.nets import drawn
from tui_backprop import Timeline, lessons, load_experiment
from tui_backprop.cli.train import train
from tui_backprop.core.experiment import Experiment
from tui_backprop.errors import BackpropError
from tui_backprop.lessons.by_hand.marking import Marking, mark
from tui_backprop.lessons.by_hand.sheet import read_sheet


def printed(experiment: Experiment, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    train(experiment, 2, "jsonl", "step", None)
    return capsys.readouterr().out


def verdict(experiment: Experiment, text: str) -> Marking:
    moment_of = cache(Timeline(experiment).go)
    return mark(read_sheet(text, moment_of), moment_of)


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("seed", range(8))
def test_what_training_prints_is_right(seed: int, batch: int, capsys: pytest.CaptureFixture[str]) -> None:
    definition = drawn(seed)
    definition["training"]["batch"] = batch
    experiment = load_experiment(definition)
    text = printed(experiment, capsys)
    found = verdict(experiment, text)
    assert not found.wrong
    numbers = sum(text.count(sign) for sign in ",[")
    assert found.agree > numbers / 4


def test_every_key_of_a_record_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(lessons.__file__).parent / "README.md").read_text("utf-8").split("JSON works too")[1].split("##")[0]
    assert (
        set(re.findall(r"`(\w+)`", text)) - {"null"}
        == json.loads(printed(load_experiment("xor"), capsys).splitlines()[0]).keys()
    )


def step(**changes: Any) -> dict[str, Any]:
    """The first step of the homework, as training prints it."""
    experiment = load_experiment(Homework().definition)
    moment = Timeline(experiment).go(1)
    assert moment.passage is not None
    return {
        "step": 1,
        "z": [z.tolist() for z in moment.passage.z],
        "delta": [d.tolist() for d in moment.passage.delta],
        "weights": [w.tolist() for w in moment.after.weights],
        **changes,
    }


def told(text: str) -> tuple[str, str]:
    """(where it is wrong, the mistake)"""
    found = verdict(load_experiment(Homework().definition), text)
    first = next(iter(found.wrong), None)
    return (first.given.where, first.mistake.name if first.mistake else "") if first else ("", "")


def test_the_first_wrong_place_and_the_mistake_are_named() -> None:
    (first, second), weights = step()["delta"], step()["weights"]
    assert told(json.dumps(step())) == ("", "")
    assert told(json.dumps(step(delta=[first, [-second[0], second[1]]]))) == ("delta[1][0]", "sign")
    assert told(json.dumps(step(delta=[[0.25, first[1]], second])))[0] == "delta[0][0]"
    old = json.dumps(step()).replace(repr(weights[1][0][1]), "-1.4000")
    assert told(old) == ("weights[1][0][1]", "not-updated")


def test_records_may_be_a_list_or_lines_and_leave_places_open() -> None:
    wrong = {"delta": [[None, None], [9.0, None]]}
    for text in (json.dumps([step(), {"step": 2, **wrong}]), f"{json.dumps(step())}\n\n{json.dumps(wrong)}\n"):
        assert told(text)[0].endswith("delta[1][0]")
    assert told(json.dumps({"delta": wrong["delta"]}, indent=2))[0] == "delta[1][0]"


def test_digits_count_as_they_are_written() -> None:
    second = step()["delta"][1]
    assert told(json.dumps({"delta": [[None, None], [round(second[0], 3), None]]})) == ("", "")
    literal = f"{second[0] + 0.004:.2f}"
    assert told(f'{{"delta": [[null, null], [{literal}, null]]}}') == ("", "")
    assert told(f'{{"delta": [[null, null], [{second[0] + 0.004!r}, null]]}}')[0] == "delta[1][0]"


def test_numbers_may_be_texts_and_whatever_is_null_is_left_open() -> None:
    texts = {**step(), "step": "1", "delta": None, "weights": [None, step()["weights"][1]]}
    texts["z"] = [[str(round(value, 4)).replace(".", ",") for value in layer] for layer in texts["z"]]
    assert told(json.dumps(texts)) == ("", "")
    texts["z"][0][1] = "0,5"
    assert told(json.dumps(texts))[0] == "z[0][1]"


def test_the_output_is_checked_under_both_its_names() -> None:
    right = Timeline(load_experiment(Homework().definition)).go(1).passage
    assert right is not None
    record = {"a": [a.tolist() for a in right.a], "raw": [float(right.a[-1][0]) + 1, None]}
    for text in (record, dict(reversed(record.items()))):
        assert told(json.dumps(text))[0] == "raw[0]"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1: is not JSON"),
        ('{"z": [[1, 2], [3, 4]],\n "delta" 3}', "line 2: is not JSON"),
        ('{"step": 1}', "there is no figure in it"),
        ("{}", "there is no figure in it"),
        ("[]", "there is no figure in it"),
        ("[1, 2]", "line 1: is not a record"),
        ('{"z": [[1, 2], [3]]}', "z[1]: is not a list of 2"),
        ('{"z": 3}', "z: is not a list of 2"),
        ('{"z": [[1, 2], [3, "x"]]}', "z[1][1]: 'x' is not a number"),
        ('{"z": [[1, 2], [3, true]]}', "z[1][1]: is not a number"),
        ('{"z": [[1, 2], [3, {}]]}', "z[1][1]: is not a number"),
        ('{"z": [[1, 2], [3, 1e999]]}', "z[1][1]: '1e999' is too large"),
        ('{"z": [[1, 2], [3, NaN]]}', "NaN is not a number"),
        ('{"detla": [[1, 2], [3, 4]]}', "'detla' is not a key of a record, did you mean delta?"),
        ('{"z": [[1, 2], [3, 4]], "z": 1}', "'z' is given twice"),
        ('{"step": 0, "z": []}', "there is no step 0"),
        ('{"step": 1.5, "z": []}', "step: is not a whole number"),
        ('{"step": "one", "z": []}', "step: is not a whole number"),
        ('{"epoch": 1, "weights": []}', "is the record of a whole epoch"),
        ('{"input": [9, 9], "z": [[1, 2], [3, 4]]}', "input[0]: is not the data of step 1 (it takes sample #0)"),
        ('{"step": 1, "z": [[1, 2], [3, 4]]}\n{"step": 1, "z": [[1, 2], [3, 4]]}', "z[0][0] is given twice"),
        ('{"a\\u001b[31m": 1}', r"\x1b[31m"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"z": ' + "[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_not_a_record_is_reported_in_a_line(text: str, words: str) -> None:
    with pytest.raises(BackpropError) as refused:
        told(text)
    assert words in str(refused.value)
    assert str(refused.value).isprintable()


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
_VALUES = st.recursive(_LEAVES, lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=3), part))


@given(st.dictionaries(st.sampled_from(["step", "z", "delta", "weights", "error", "input", "x"]), _VALUES))
def test_no_record_does_worse_than_being_refused(record: dict[str, Any]) -> None:
    with suppress(BackpropError):
        told(json.dumps(record))
