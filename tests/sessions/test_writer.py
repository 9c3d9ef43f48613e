"""A session's text: it holds what it needs, and reads back to the same bits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.run.test_edits import ACTS, act
from tests.core.run.test_edits import bits as run_bits
from tests.nets import Net, nets
from tests.sessions.sessions import NOON, bits, document_of, moment_of, resumed, text_of
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.surface import over_plane, plane_of
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import phases
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import Overrides, preset_names, variant
from tui_backprop.experiments.default_network import experiment_of
from tui_backprop.sessions.reader import decode
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
