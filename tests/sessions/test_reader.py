"""Sessions read: those of earlier versions too, and anything else is refused in one line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sessions.sessions import bits, document_of, moment_of, names, resumed, text_of
from tui_backprop import Timeline, load_experiment
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides
from tui_backprop.sessions.reader import decode, decode_head
from tui_backprop.sessions.store import Record

# Earlier versions


@pytest.mark.parametrize(
    ("experiment", "changes", "edit", "differs"),
    [
        ("article-random", {}, None, False),
        ("spiral", {}, None, True),
        ("sigmoid", {}, None, True),
        ("iris", {}, None, True),
        ("article-random", {"hidden": "elu"}, None, True),
        ("article-random", {"hidden": "leaky_relu"}, None, False),
        ("article-random", {"batch": 2}, None, True),
        ("article-random", {}, ("rate", (), 0.05), False),
        ("article-random", {}, ("activation", (1,), "tanh"), True),
        ("article-random", {}, ("optimizer", (), "adam"), True),
    ],
)
def test_an_older_session_says_that_last_digits_may_differ(
    experiment: str, changes: dict[str, Any], edit: Any, differs: bool
) -> None:
    timeline = Timeline(load_experiment(experiment, Overrides(**changes)))
    timeline.go(8)
    if edit is not None:
        timeline.edit(*edit)
    text = text_of(timeline.moment)
    assert decode(text, "it").note == ""
    for version in (1, 2, 3):
        older = text.replace(b'"version": 4', f'"version": {version}'.encode())
        assert bool(decode(older, "it").note) == (differs and version < 3)


def test_very_many_samples_by_an_older_formula_are_made_again_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    moment = moment_of(load_experiment("spiral"), 4, "error")
    document = document_of(moment)
    document["data_sha256"] = "of other last digits"
    for version in (1, 2, 3):
        document["version"] = version
        session = decode(json.dumps(document).encode(), "it")
        assert session.note.endswith("the last digits of numbers may differ.")
        assert bits(resumed(session)) == bits(moment)


@pytest.mark.parametrize(("name", "data"), [("iris", {}), ("spiral", {"generator": "gauss"})])
def test_an_older_session_with_other_samples_altogether_is_refused(
    name: str, data: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    document = document_of(moment_of(load_experiment(name), 4, "error"))
    document |= {"version": 3, "data_sha256": "of other samples"}
    document["definition"]["data"] |= data
    with pytest.raises(BackpropError, match="has changed since"):
        decode(json.dumps(document).encode(), "it")


def test_a_session_of_the_first_version_is_read() -> None:
    moment = moment_of("article", 7, "mask1")
    document = document_of(moment)
    del document["branches"], document["present"]
    document["version"] = 1
    assert bits(resumed(decode(json.dumps(document).encode(), "it"))) == bits(moment)


def test_a_session_whose_inputs_have_equal_names_is_resumed_without_names() -> None:
    moment = moment_of(load_experiment("article"), 3, "mask1")
    document = document_of(moment)
    document["definition"]["data"]["names"] = ["a", "b", "a"]
    session = decode(json.dumps(document).encode(), "it")
    assert session.experiment.data.input_names == ("x1", "x2", "x3")
    assert (session.step, str(session.phase)) == (3, "mask1")


def test_every_version_that_can_be_read_is_read() -> None:
    document = document_of(moment_of(step=7, phase="mask1"))
    for version in (1, 2, 3, 4):
        document["version"] = version
        assert decode(json.dumps(document).encode(), "it").step == 7


# Files that are no sessions


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ({"names": ["x1", "x2", "x3", "x4"]}, "unknown 'x3'"),
        ({"names": ["x1"]}, "has 1 name (expected 4, one for each input)"),
        ({"names": ["x1", "x2", "x1^2", "x2^2"], "scale": [[0.0] * 4]}, "not a mean and a deviation"),
        ({"names": ["x1", "x2", "x1^2", "x2^2"], "scale": [[0.0] * 4] * 2}, "not a mean and a deviation"),
        ({"names": ["x1", "x2", "x1^2", "x2^2"], "more": 1}, "unknown key"),
    ],
)
def test_features_that_make_no_sense_are_refused(features: dict[str, Any], words: str) -> None:
    document = document_of(moment_of("spiral", 7, None))
    document["features"] = features
    with pytest.raises(BackpropError) as error:
        decode(json.dumps(document).encode(), "it.json")
    assert words in str(error.value)


def test_a_session_reads_no_device() -> None:
    document = document_of(moment_of())
    document["definition"]["data"] = {"csv": "/dev/zero"}
    with pytest.raises(BackpropError, match="which is not a file"):
        decode(json.dumps(document).encode(), "it")


Change = Callable[[dict[str, Any]], object]


def refusal(change: Change) -> str:
    """Why a session is refused after a change to its document."""
    document = document_of(moment_of("article", 7, "mask1"))
    change(document)
    with pytest.raises(BackpropError) as caught:
        decode(json.dumps(document).encode(), "it.json")
    assert str(caught.value).startswith("it.json: ")
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(version=5), "another version"),
        (lambda d: d.update(version=True), "another version"),
        (lambda d: d.update(format="something"), "is not a session"),
        (lambda d: d.update(more=1), "unknown key"),
        (lambda d: d.update(saved="yesterday"), "is not a date and time"),
        (lambda d: d.update(saved="2026-03-01T12:00:00"), "is not a date and time"),
        (lambda d: d.update(saved="9999-12-31T23:59:59-12:00"), "is not a date and time"),
        (lambda d: d["cursor"].update(step=-1), "cursor.step: -1 is out of range"),
        (lambda d: d["cursor"].update(step=2**70), "is out of range"),
        (lambda d: d["cursor"].update(step=True), "is out of range"),
        (lambda d: d["cursor"].update(step=0), "no 'mask1' in step 0"),
        (lambda d: d["cursor"].update(phase="start"), "no 'start' in step 7"),
        (lambda d: d["cursor"].update(phase="mask2"), "cursor.phase: no 'mask2' in step 7"),
        (lambda d: d["cursor"].update(more=1), "cursor.more: unknown key"),
        (lambda d: d.pop("cursor"), "cursor.step"),
        (lambda d: d.pop("definition"), "is not a table"),
        (lambda d: d.pop("initial"), "initial.weights: is missing"),
        (lambda d: d["initial"].update(weights=None), "initial.weights: is missing"),
        (lambda d: d["initial"].update(weights=[]), "not 2 arrays"),
        (lambda d: d["initial"]["weights"][0][0].pop(), "has 3 numbers"),
        (lambda d: d["initial"].update(biases=[[0.0] * 4, [0.0]]), "the network has none"),
        (lambda d: d["initial"].update(biases=None), "initial.biases: is missing"),
        (lambda d: d["definition"]["network"].update(bias=True), "biases: not 2 arrays"),
        (lambda d: d["definition"]["network"].update(layers=[3, 1024, 1024, 1]), "not 3 arrays"),
        (lambda d: d["definition"].pop("data"), "data.inputs: is missing"),
        (lambda d: d.update(target_names=["a", "b"]), "target_names"),
        (lambda d: d.pop("target_names"), "target_names"),
        (lambda d: d["definition"].update(title="\ud800"), "is not text"),
    ],
)
def test_what_is_wrong_is_named(change: Change, words: str) -> None:
    assert words in refusal(change)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe{}",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"1" * 5000,
        b"NaN",
        b"[]",
        b"null",
        b'"tui-backprop session"',
        b'title = "an experiment"',
        b"{}",
    ],
)
def test_foreign_files_are_refused(data: bytes) -> None:
    for read in (decode, decode_head):
        with pytest.raises(BackpropError, match="it: "):
            read(data, "it")


@pytest.mark.parametrize("depth", [100, 500, 900, 980, 100_000])
def test_a_session_that_is_nested_deeply_is_refused(depth: int) -> None:
    text = (
        text_of(moment_of())
        .decode()
        .replace('"title": "The article\'s network"', f'"title": {"[" * depth + "]" * depth}')
    )
    with pytest.raises(BackpropError, match=r"^it: (experiment: title|is nested)"):
        decode(text.encode(), "it")


HOSTILE = (
    "null", "true", "false", "0", "-1", "7", "1e308", "1e999", "-0.0", "NaN", "Infinity", "9" * 30, "9" * 5000,
    '""', '"\\u001b[2J"', '"\\ud800"', '"start"', '"../../etc/passwd"', "[]", "[[]]", "[1]", "{}", '{"a": 1}',
    "[" * 50 + "]" * 50,
)  # fmt: skip


def mutated(text: bytes, chance: random.Random) -> bytes:
    """The text cut short, after accidents to some of its bytes, or with some of its values changed."""
    match chance.randrange(8):
        case 0:
            return text[: chance.randrange(len(text))]
        case 1 | 2:
            return with_other_bytes(text, chance)
        case 3 | 4:
            digits = [place for place, byte in enumerate(text) if 48 <= byte <= 57]
            data = bytearray(text)
            data[chance.choice(digits)] = chance.choice(b"0123456789")
            return bytes(data)
        case _:
            return with_other_values(text, chance)


def with_other_bytes(text: bytes, chance: random.Random) -> bytes:
    data = bytearray(text)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data))
        match chance.choice(["flip", "set", "drop", "insert"]):
            case "flip":
                data[place] ^= 1 << chance.randrange(8)
            case "set":
                data[place] = chance.randrange(256)
            case "drop":
                del data[place]
            case "insert":
                data.insert(place, chance.choice(b'0123456789-+.eE"[]{},: \\'))
    return bytes(data)


def with_other_values(text: bytes, chance: random.Random) -> bytes:
    """A value or a few replaced by hostile ones, dropped, or doubled."""
    document = json.loads(text)
    hostile = {}
    for number in range(chance.randint(1, 3)):
        container, key = anywhere(document, chance)
        match chance.choice(["replace", "replace", "drop", "double"]):
            case "replace":
                container[key] = mark = f"mark {number} of the test"
                hostile[json.dumps(mark)] = chance.choice(HOSTILE)
            case "drop":
                del container[key]
            case "double" if isinstance(container, list):
                container.append(container[key])
            case "double":
                container[f"{key}2"] = container[key]
    changed = json.dumps(document)
    for mark, value in hostile.items():
        changed = changed.replace(mark, value)
    return changed.encode()


def anywhere(document: Any, chance: random.Random) -> tuple[Any, Any]:
    """A container in the document, and a key or an index of it."""
    container = document
    while True:
        key = chance.choice(list(container) if isinstance(container, dict) else range(len(container)))
        if not (isinstance(container[key], dict | list) and container[key]) or chance.random() < 0.2:
            return container, key
        container = container[key]


SOURCES: tuple[tuple[str, int, str | None], ...] = (
    ("article", 7, "mask1"), ("xor", 40, None), ("article", 0, None), ("sigmoid", 3, "gradient"),
)  # fmt: skip


@pytest.mark.slow
def test_a_thousand_damaged_files_are_resumed_or_refused_and_left_as_they_are(tmp_path: Path) -> None:
    chance = random.Random(20260301)
    texts = [text_of(moment_of(*source)) for source in SOURCES]
    path = tmp_path / "it.json"
    problems = []
    for number in range(1000):
        data = mutated(chance.choice(texts), chance)
        path.write_bytes(data)
        try:
            record, session = Record.resume(path)
        except BackpropError as error:
            problems.append(str(error))
        else:
            record.close()
            step = session.step % 1000
            moment = moment_of(session.experiment, step, session.phase if step and session.step else None)
            assert bits(resumed(decode(text_of(moment), "again"))) == bits(moment), number
        assert path.read_bytes() == data, number
        assert names(tmp_path) == ["it.json"], number
    assert all(problem.isprintable() and problem.startswith(str(path)) for problem in problems)
    assert 600 < len(problems) < 900


EDIT = {"step": 3, "what": "rate", "place": [], "value": 0.2}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(branches=[]), "branches: 0 of them"),
        (lambda d: d.update(branches=d["branches"] * 33), "33 of them"),
        (lambda d: d.update(branches={}), "is not a list"),
        (lambda d: d.update(present=1), "present: 1 is out of range"),
        (lambda d: d["branches"][0].update(step=-1), "branches[0].step"),
        (lambda d: d["branches"][0].update(phase="mask9"), "branches[0].phase: no 'mask9'"),
        (lambda d: d["branches"][0].update(more=1), "unknown key"),
        (lambda d: d["branches"][0].update(edits=[7]), "is not a table"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "value": -1}]), "a rate of -1 is out of range"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "value": None}]), "is not a value"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "value": float("inf")}]), "is not a value"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "what": "__class__"}]), "nothing to edit"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "what": "batch", "value": 2}]), "to whole epochs"),
        (lambda d: d["branches"][0].update(edits=[{**EDIT, "place": ["x"]}]), "branches[0].edits[0].place"),
    ],
)
def test_edits_that_do_not_fit_are_refused(change: Change, words: str) -> None:
    assert words in refusal(change)
