"""A session's text: it reads back to the same bits, and anything else is refused in one line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.run.test_edits import ACTS, act
from tests.core.run.test_edits import bits as run_bits
from tests.nets import Net, nets
from tests.sessions.sessions import NOON, bits, document_of, moment_of, names, resumed, text_of
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.surface import over_plane, plane_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import phases
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides, preset_names, variant
from tui_backprop.experiments.default_network import experiment_of
from tui_backprop.sessions.reader import decode, decode_head
from tui_backprop.sessions.store import Record
from tui_backprop.sessions.writer import encode_body

INITS = ("uniform01", "uniform", "normal", "xavier", "he", "zeros", "constant")


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Explicit weights or drawn ones, in files' order or shuffled, as lists or as arrays."""
    net: Net = draw(nets(batches=(1, 2, 4)))
    definition = net.definition
    definition["training"]["shuffle"] = draw(st.booleans())
    network = definition["network"]
    network["seed"] = draw(st.integers(0, 2**32 - 1))
    if draw(st.booleans()):
        network["init"] = draw(st.sampled_from(INITS))
        del network["weights"]
        network.pop("biases", None)
    if draw(st.booleans()):
        definition["data"]["inputs"] = np.array(definition["data"]["inputs"])
        definition["training"]["rate"] = np.float64(definition["training"]["rate"])
        network["layers"] = tuple(network["layers"])
    if draw(st.booleans()):
        definition["title"] = draw(st.text())
        definition["data"]["names"] = draw(
            st.lists(st.text(), min_size=net.layers[0], max_size=net.layers[0], unique=True)
        )
    return definition


@pytest.mark.slow
@settings(max_examples=120)
@given(definition=definitions(), step=st.integers(0, 90), which=st.integers(0, 50))
def test_a_session_reads_back_to_the_same_phase_and_the_same_bits(
    definition: dict[str, Any], step: int, which: int
) -> None:
    experiment = load_experiment(definition)
    order = phases(experiment.network.depth)
    moment = moment_of(experiment, step, order[which % len(order)])
    session = decode(text_of(moment), "it")
    again = resumed(session)
    assert bits(again) == bits(moment)
    assert session.saved == NOON
    assert (session.experiment.network, session.experiment.training) == (experiment.network, experiment.training)
    assert session.experiment.data.inputs.tobytes() == experiment.data.inputs.tobytes()
    assert session.experiment.data.targets.tobytes() == experiment.data.targets.tobytes()
    assert session.experiment.data.input_names == experiment.data.input_names
    assert session.experiment.title == experiment.title
    assert text_of(again) == text_of(moment)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_keeps_its_name_and_what_it_says(name: str) -> None:
    moment = moment_of(name, 3, None)
    experiment = decode(text_of(moment), "it").experiment
    original = moment.experiment
    assert (experiment.name, experiment.title, experiment.watch) == (name, original.title, original.watch)


def test_an_experiment_without_a_title_keeps_the_one_that_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[network]\nlayers = [1, 1]\n[data]\ninputs = [[1]]\ntargets = [[1]]\n")
    moment = moment_of(load_experiment(path), 2, None)
    session = decode(text_of(moment), "it")
    assert (session.experiment.name, session.experiment.title) == (str(path), str(path))


def test_a_float_reads_back_exactly_however_it_was_made() -> None:
    weights = [[[0.1 + 0.2], [-0.0], [5e-324], [1.7976931348623157e308], [2 / 3]]]
    definition = {"network": {"layers": [5, 1], "weights": weights}, "data": {"inputs": [[0] * 5], "targets": [[1]]}}
    moment = moment_of(load_experiment(definition), 0)
    again = decode(text_of(moment), "it").experiment.initial
    assert again.flat.tobytes() == moment.experiment.initial.flat.tobytes()


def test_weights_that_were_drawn_are_not_drawn_again() -> None:
    document = document_of(moment_of("article-random", 0))
    document["definition"]["network"]["seed"] = 99
    experiment = decode(json.dumps(document).encode(), "it").experiment
    assert experiment.initial.flat.tobytes() == load_experiment("article-random").initial.flat.tobytes()
    assert experiment.seed == 99


def test_a_resumed_experiment_has_variants_like_the_original() -> None:
    original = load_experiment("article-random", Overrides(seed=3))
    experiment = decode(text_of(moment_of(original, 2, None)), "it").experiment
    for changes in (Overrides(seed=4), Overrides(rate=0.5), Overrides(shuffle=True)):
        here, there = variant(experiment, changes), variant(original, changes)
        assert here.initial.flat.tobytes() == there.initial.flat.tobytes()
        assert (here.name, here.training) == (there.name, there.training)


def test_the_text_is_plain_json_with_a_key_a_line() -> None:
    text = text_of(moment_of("article", 7, "mask1")).decode("ascii")
    assert text.splitlines()[1:6] == [
        '"format": "tui-backprop session",',
        '"version": 4,',
        '"saved": "2026-03-01T12:00:00+00:00",',
        '"experiment": "article",',
        '"cursor": {"step": 7, "phase": "mask1"},',
    ]
    assert json.loads(text)["initial"]["weights"][0][0] == [0.817638809, 0.005173229, 0.658113647, 0.226128487]


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


# Samples from a CSV file


def csv_experiment(folder: Path, samples: int = 3) -> Experiment:
    rows = [",".join(map(repr, row)) for row in np.random.default_rng(1).normal(size=(samples, 3)).tolist()]
    path = folder / "samples.csv"
    path.write_text("\n".join(["height,weight,price", *rows]) + "\n")
    return load_experiment("article", Overrides(layers=[2, 3, 1], data=str(path)))


def test_samples_from_a_csv_file_are_part_of_the_session(tmp_path: Path) -> None:
    moment = moment_of(csv_experiment(tmp_path), 4, "error")
    text = text_of(moment)
    (tmp_path / "samples.csv").unlink()
    session = decode(text, "it")
    assert bits(resumed(session)) == bits(moment)
    data = session.experiment.data
    assert (data.input_names, data.target_names) == (("height", "weight"), ("price",))
    assert str(tmp_path) not in text.decode()
    assert text_of(resumed(session)) == text


def test_the_units_of_the_file_are_part_of_the_session(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("area,price\n" + "".join(f"{i},{i * i + 200}\n" for i in range(20)), "utf-8")
    data = experiment_of(str(path), Overrides()).data
    session = decode(text_of(moment_of(experiment_of(str(path), Overrides()), 4, "error")), "it")
    found = session.experiment.data
    for before, after in ((data.input_scale, found.input_scale), (data.target_scale, found.target_scale)):
        assert before is not None
        assert after is not None
        assert (before.mean.tolist(), before.deviation.tolist()) == (after.mean.tolist(), after.deviation.tolist())
    assert found.notes == data.notes


def test_weights_written_the_other_way_round_are_saved_as_they_are_used() -> None:
    network = {"layers": [2, 2], "orientation": "outputs_inputs", "weights": [[[1.0, 2.0], [3.0, 4.0]]]}
    experiment = load_experiment({"network": network, "data": {"inputs": [[0, 0]], "targets": [[0, 0]]}})
    session = decode(text_of(moment_of(experiment, 0, "start")), "it")
    assert session.experiment.initial.weights[0].tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize("name", ["iris", "spiral", "circle"])
def test_samples_as_they_are_learned_and_tested_are_part_of_the_session(name: str) -> None:
    moment = moment_of(load_experiment(name), 4, "error")
    text = text_of(moment)
    before, after = moment.experiment.data, decode(text, "it").experiment.data
    assert json.loads(text)["definition"]["data"].keys() == {"inputs", "targets", "names", "test"}
    for saved, read in ((before, after), (before.test, after.test)):
        assert saved is not None
        assert read is not None
        assert (saved.inputs.tobytes(), saved.targets.tobytes()) == (read.inputs.tobytes(), read.targets.tobytes())
        assert (saved.input_names, saved.target_names) == (read.input_names, read.target_names)
        assert saved.standardised == read.standardised
    assert bits(resumed(decode(text, "it"))) == bits(moment)
    assert text_of(resumed(decode(text, "it"))) == text


@pytest.mark.parametrize("standardise", [False, True])
@pytest.mark.parametrize("test", [0, 0.3])
def test_a_map_over_features_is_the_same_after_a_session(standardise: bool, test: float) -> None:
    spiral = load_experiment("spiral").definition
    data = {**spiral["data"], "standardise": standardise, "test": test}
    moment = moment_of(load_experiment({**spiral, "data": data}), 200, None)
    once = resumed(decode(text_of(moment), "it"))
    twice = resumed(decode(text_of(once), "it"))
    planes = [plane_of(each.ahead.data) for each in (moment, once, twice)]
    assert {(plane.names, plane.features, plane.low, plane.high) for plane in planes} == {
        (("x1", "x2"), True, planes[0].low, planes[0].high)
    }
    maps = [over_plane(each, plane, 9, 7) for each, plane in zip((moment, once, twice), planes, strict=True)]
    assert len({b"".join(layer.tobytes() for layer in layers) for layers in maps}) == 1
    assert text_of(twice) == text_of(moment)


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


@pytest.mark.parametrize("name", ["iris", "spiral"])
def test_very_many_samples_are_recomputed_and_checked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    moment = moment_of(load_experiment(name), 4, "error")
    text = text_of(moment)
    assert bits(resumed(decode(text, "it"))) == bits(moment)
    document = json.loads(text)
    document["definition"]["data"]["seed"] = 5
    with pytest.raises(BackpropError, match="has changed since the session was saved"):
        decode(json.dumps(document).encode(), "it")


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


def test_very_many_samples_stay_in_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 20_000)
    few, many = csv_experiment(tmp_path, 250), csv_experiment(tmp_path, 400)
    assert (len(encode_body(few)) > 10_000, len(encode_body(many)) > 10_000) == (True, False)
    moment = moment_of(many, 2, None)
    session = decode(text_of(moment), "it")
    assert bits(resumed(session)) == bits(moment)
    assert session.experiment.data.target_names == ("price",)


@pytest.mark.parametrize("room", [0, 1])
def test_samples_are_written_in_where_they_fit_to_the_byte(
    room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "samples.csv"
    path.write_text("x,y\n" + "-1.2345678901234567e-300,-2.2250738585072014e-308\n" * 500)
    experiment = load_experiment({"network": {"layers": [1, 1]}, "data": {"csv": str(path)}})
    data = json.loads(f"{{{encode_body(experiment)}}}")["definition"]["data"]
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", len(json.dumps(data)) - 1 + room)
    assert ("data_sha256" in encode_body(experiment)) == (not room)


def test_samples_that_have_changed_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    text = text_of(moment_of(csv_experiment(tmp_path), 4, None))
    path = tmp_path / "samples.csv"
    path.write_text(path.read_text() + "1,2,3\n")
    with pytest.raises(BackpropError, match="has changed since"):
        decode(text, "it")
    path.unlink()
    with pytest.raises(BackpropError, match="which is not a file"):
        decode(text, "it")


def test_a_session_over_a_file_opens_with_the_ids_that_it_learned_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    path = tmp_path / "samples.csv"
    path.write_text("id,x,y\n" + "".join(f"{number * 7 % 10},{number / 8},{number % 3}\n" for number in range(10)))
    moment = moment_of(load_experiment({"network": {"layers": [2, 2, 1]}, "data": {"csv": str(path)}}), 4, "error")
    assert moment.base.data.input_names == ("id", "x")
    assert bits(resumed(decode(text_of(moment), "it"))) == bits(moment)


def test_a_test_sample_that_has_changed_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.writer.LARGEST_DATA", 10)
    path = tmp_path / "samples.csv"
    path.write_text("x,y\n" + "".join(f"{number},1\n" for number in range(10, 20)))
    definition = {"network": {"layers": [1, 1]}, "data": {"csv": str(path), "test": 0.3}}
    moment = moment_of(load_experiment(definition), 4, None)
    text, test = text_of(moment), moment.experiment.data.test
    assert bits(resumed(decode(text, "it"))) == bits(moment)
    assert test is not None
    path.write_text(path.read_text().replace(f"{test.inputs[0, 0]:g},1", f"{test.inputs[0, 0]:g},2"))
    assert load_experiment(definition).data.targets.tolist() == moment.experiment.data.targets.tolist()
    with pytest.raises(BackpropError, match="has changed since"):
        decode(text, "it")


def test_a_session_reads_no_device() -> None:
    document = document_of(moment_of())
    document["definition"]["data"] = {"csv": "/dev/zero"}
    with pytest.raises(BackpropError, match="which is not a file"):
        decode(json.dumps(document).encode(), "it")


# Files that are no sessions


Change = Callable[[dict[str, Any]], object]


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
    document = document_of(moment_of("article", 7, "mask1"))
    change(document)
    with pytest.raises(BackpropError) as error:
        decode(json.dumps(document).encode(), "it.json")
    assert words in str(error.value)
    assert str(error.value).startswith("it.json: ")


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


# Edits and branches


@settings(max_examples=50)
@given(acts=ACTS)
def test_any_edits_and_branches_are_saved_and_read_back(acts: list[tuple[str, Any]]) -> None:
    timeline = Timeline(load_experiment("article"))
    for name, what in acts:
        act(timeline, name, what)
    moment = timeline.moment
    session = decode(text_of(moment), "it")
    assert (session.branches, session.present) == (moment.branches, moment.present)
    assert run_bits(resumed(session)) == run_bits(moment)


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
    document = document_of(moment_of("article", 7, "mask1"))
    change(document)
    with pytest.raises(BackpropError) as caught:
        decode(json.dumps(document).encode(), "it")
    assert words in str(caught.value)


def test_a_session_of_the_first_version_is_read() -> None:
    moment = moment_of("article", 7, "mask1")
    document = document_of(moment)
    del document["branches"], document["present"]
    document["version"] = 1
    assert bits(resumed(decode(json.dumps(document).encode(), "it"))) == bits(moment)


def test_every_version_that_can_be_read_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_backprop.sessions.reader._READABLE", (1, 2, 3, 4))
    document = document_of(moment_of(step=7, phase="mask1"))
    for version in (1, 2, 3, 4):
        document["version"] = version
        assert decode(json.dumps(document).encode(), "it").step == 7
