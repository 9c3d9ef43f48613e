"""The set-up's fields, and what they stand for."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_backprop import load_experiment
from tui_backprop.cli.commands import parser_of
from tui_backprop.cli.experiment import experiment_asked_for
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.trainer import Trainer
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides, preset_names
from tui_backprop.experiments.column_uses import OF_TEXTS
from tui_backprop.experiments.command import command_of
from tui_backprop.experiments.csv_files.file import TableFile
from tui_backprop.experiments.default_network import of_file
from tui_backprop.experiments.draft import Draft, definition_without_paths, draft_of, from_preset
from tui_backprop.experiments.fields import CSV, field_of
from tui_backprop.experiments.generators import GENERATORS
from tui_backprop.experiments.toml_text import toml_text
from tui_backprop.experiments.typed_values import short


def same(one: Experiment, other: Experiment) -> bool:
    parts = [(e.initial.flat, e.data.inputs, e.data.targets) for e in (one, other)]
    return (
        (one.network, one.training) == (other.network, other.training)
        and (one.data.test is None) == (other.data.test is None)
        and all(np.array_equal(a, b) for a, b in zip(*parts, strict=True))
    )


def through_toml(draft: Draft, folder: Path) -> Experiment:
    path = folder / "mine.toml"
    path.write_text(toml_text(draft.definition()), "utf-8")
    return load_experiment(path)


@pytest.mark.parametrize("name", preset_names())
def test_an_untouched_preset_stands_for_itself(name: str, tmp_path: Path) -> None:
    draft = from_preset(name)
    assert same(draft.experiment(), load_experiment(name))
    assert same(through_toml(draft, tmp_path), load_experiment(name))
    assert command_of(draft) == f"tui-backprop {name}"


CHANGES = [
    ("article", {"rate": "0.3"}),
    ("article", {"layers": "5,2", "seed": "3", "hidden": "tanh"}),
    ("xor", {"batch": "full", "shuffle": "yes", "output": "sigmoid"}),
    ("iris", {"shuffle": "no", "rate": "0.01"}),
    ("linear-collapse", {"layers": ""}),
    ("circle", {"output": "softmax"}),
    ("circle", {"momentum": "0.5"}),  # of no meaning without momentum
]
FILES = [
    ("spiral", {"features": "x1, x2, x1*x2"}, {"layers": [3, 8, 8, 1]}),
    ("circle", {"features": "x1^2,x2^2", "noise": "0.3", "data_seed": "4"}, {"features": ["x1^2", "x2^2"], "seed": 4}),
    ("xor", {"features": "sin(x1)"}, {"layers": [1, 4, 1], "features": ["sin(x1)"]}),
    ("article", {"init": "he"}, {"init": "he"}),
    ("article", {"bias": "frozen", "round": "", "report": "loss"}, {"bias": "frozen", "report": "loss"}),
    ("iris", {"optimizer": "momentum", "momentum": "0.5", "l1": "0.01", "l2": "0.02"}, {"momentum": 0.5, "l1": 0.01}),
    ("iris", {"stop": "1", "test": "", "standardise": "no"}, {"stop": 1}),
]


@pytest.mark.parametrize(("preset", "changes", "expected"), FILES)
def test_what_only_a_file_can_say(
    preset: str, changes: dict[str, str], expected: dict[str, object], tmp_path: Path
) -> None:
    draft = from_preset(preset)
    for field, text in changes.items():
        draft = draft.changed(field, text)
    assert command_of(draft) is None
    definition = draft.definition()
    said = {**definition["network"], **definition["training"], **definition["data"]}
    assert {key: said[key] for key in expected} == expected
    assert {key for key in ("round", "test", "standardise") if not changes.get(key, "1")}.isdisjoint(said)
    assert same(through_toml(draft, tmp_path), draft.experiment())


@pytest.mark.parametrize(("preset", "changes"), CHANGES)
def test_the_command_line_and_the_file_open_the_same_experiment(
    preset: str, changes: dict[str, str], tmp_path: Path
) -> None:
    draft = from_preset(preset)
    for field, text in changes.items():
        draft = draft.changed(field, text)
    command = command_of(draft)
    assert command is not None
    program, *arguments = shlex.split(command)
    assert program == "tui-backprop"
    typed = experiment_asked_for(parser_of("studio").parse_args(arguments))
    assert same(typed, draft.experiment())
    assert same(through_toml(draft, tmp_path), draft.experiment())


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_brings_a_network_that_suits_it(name: str, tmp_path: Path) -> None:
    draft = from_preset("article").changed("data", name)
    experiment = draft.experiment()
    assert experiment.network.units == (2, 8, 1)
    assert experiment.network.activations[-1] == ("linear" if name in ("plane", "regression-gauss") else "sigmoid")
    assert command_of(draft) is None
    assert same(through_toml(draft, tmp_path), experiment)
    if experiment.network.activations[-1] == "sigmoid":
        two = draft.changed("output", "softmax").changed("loss", "softmax_cross_entropy")
        assert two.experiment().network.units == (2, 8, 2)


@pytest.mark.parametrize(
    ("text", "units", "output"),
    [
        ("a,b,kind\n1,2,x\n3,4,y\n5,6,z\n", (2, 8, 3), "softmax"),
        ("a,b,kind\n1,2,x\n3,4,y\n5,6,y\n", (2, 8, 1), "sigmoid"),
        ("a,b,price\n1,2,3\n3,4,5\n5,6,7\n", (2, 8, 1), "linear"),
        ("a,colour,kind\n1,red,x\n3,blue,y\n5,green,z\n", (4, 8, 3), "softmax"),
    ],
)
def test_a_file_brings_a_network_that_suits_it(text: str, units: tuple[int, ...], output: str, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(text, "utf-8")
    draft = from_preset("iris").changed("data", CSV).changed("file", str(path)).suited()
    experiment = draft.experiment()
    assert (experiment.network.units, experiment.network.activations[-1]) == (units, output)
    assert same(through_toml(draft, tmp_path), experiment)
    assert str(tmp_path) not in toml_text(definition_without_paths(draft.definition()))


def test_numbers_are_classes_if_the_output_is_a_softmax(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,digit\n1,0\n2,1\n3,2\n4,2\n", "utf-8")
    draft = from_preset("article").changed("data", CSV).changed("file", str(path))
    draft = draft.changed("output", "softmax").changed("loss", "softmax_cross_entropy")
    assert draft.experiment().data.target_names == ("0", "1", "2")


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("rate", "fast", "'fast' is not a finite number"),
        ("rate", "-1", "too small"),
        ("batch", "0", "not a batch size"),
        ("batch", "", "not a batch size"),
        ("seed", "-1", "out of range"),
        ("seed", "x", "not a whole number"),
        ("layers", "8,,6", "not a list of whole numbers"),
        ("layers", "0", "out of range"),
        ("layers", "99999", "out of range"),
        ("samples", "many", "not a whole number"),
        ("noise", "2", "out of range"),
        ("test", "1.5", "not a fraction"),
        ("loss", "softmax_cross_entropy", "softmax_cross_entropy does not fit the output sigmoid"),
        ("features", "x1,x3", "unknown 'x3'"),
        ("data_seed", "-1", "out of range"),
        ("l1", "-0.1", "too small"),
        ("l2", "a", "not a finite number"),
        ("round", "1.5", "not a whole number"),
        ("stop", "soon", "not a finite number"),
        ("goal", "luck", "unknown 'luck'"),
    ],
)
def test_nonsense_is_refused_at_its_field(field: str, text: str, message: str) -> None:
    draft = from_preset("article").changed("data", "circle").changed("goal", "error").changed(field, text)
    with pytest.raises(ExperimentError, match=message) as caught:
        draft.experiment()
    assert field_of(caught.value) == field


@pytest.mark.parametrize(("field", "names"), [("columns", "a,a"), ("target", "y,y")])
def test_names_typed_twice_are_refused_at_their_field(field: str, names: str) -> None:
    draft = replace(from_preset("article"), data="typed in", columns="a,b", target="y,z", typed="1 2 > 3 4")
    with pytest.raises(ExperimentError, match="are named") as caught:
        draft.changed(field, names).experiment()
    assert field_of(caught.value) == field


@pytest.mark.parametrize(("preset", "changes"), [*CHANGES, *[(preset, changes) for preset, changes, _ in FILES]])
def test_an_experiment_leads_back_to_its_draft(preset: str, changes: dict[str, str]) -> None:
    draft = from_preset(preset)
    for field, text in changes.items():
        draft = draft.changed(field, text)
    experiment = draft.experiment()
    assert same(draft_of(experiment).experiment(), experiment)


def test_a_rate_is_kept_to_its_last_digit() -> None:
    experiment = load_experiment("article", Overrides(rate=0.12345678))
    draft = draft_of(experiment)
    assert (draft.rate, draft.experiment().training.rate) == ("0.12345678", 0.12345678)
    assert command_of(draft) == "tui-backprop article --rate 0.12345678"


@pytest.mark.parametrize("text", ["0.1", "1", "-0", "1e-05", "0.30000000000000004", "123456789", "1e+16"])
def test_a_number_is_written_exactly_and_no_longer_than_needed(text: str) -> None:
    assert short(float(text)) == text


def test_a_file_alone_brings_its_network_and_its_command(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,kind\n1,2,x\n3,4,y\n5,6,z\n7,8,x\n", "utf-8")
    draft = from_preset("article").changed("data", CSV).changed("file", str(path)).suited().changed("rate", "0.5")
    command = command_of(draft)
    assert command == f"tui-backprop --data {path} --rate 0.5"
    typed = experiment_asked_for(parser_of("studio").parse_args(shlex.split(command)[1:]))
    assert same(typed, draft.experiment())
    assert (typed.name, typed.network.units, typed.network.activations[-1]) == ("own", (2, 8, 3), "softmax")
    again = draft_of(typed)
    assert (again.data, again.file, again.target, command_of(again)) == (CSV, str(path), "kind", command)
    assert command_of(draft.changed("l2", "0.1")) is None


@pytest.mark.parametrize("size", [1.0, 1000.0])
def test_a_file_of_numbers_brings_an_error_that_is_reached(size: float, tmp_path: Path) -> None:
    """Answers off by a twentieth of the targets' range, as trained: 28 of 40 samples are."""
    inputs = np.random.default_rng(3).uniform(-1, 1, (40, 2))
    targets = size * (inputs[:, 0] - 0.5 * inputs[:, 1])
    path = tmp_path / "own.csv"
    path.write_text("a,b,y\n" + "".join(f"{a},{b},{y}\n" for (a, b), y in zip(inputs, targets, strict=True)), "utf-8")
    experiment = of_file(str(path), None, TableFile).experiment()
    off = np.ptp(targets) / 20 / (np.std(targets) if size > 1 else 1.0)
    assert experiment.training.stop == pytest.approx(0.5 * 28 * off**2, rel=0.06)
    *_, (epoch, state) = Trainer(experiment).epochs(2000)
    assert Trainer(experiment).converged(state)
    assert epoch > 1


@pytest.mark.parametrize(
    ("output", "goal", "stop"), [(None, "error", 0.056), ("sigmoid", "error", 0.056), ("softmax", "all_right", 0.0)]
)
def test_every_output_has_a_goal_that_suits_it(output: str | None, goal: str, stop: float, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,y\n" + "".join(f"{n},{n % 3}\n" for n in range(10)), "utf-8")
    training = of_file(str(path), output, TableFile).experiment().training
    assert training.goal == goal
    assert training.stop == pytest.approx(stop, rel=0.2)


@pytest.mark.parametrize(("rows", "tested"), [(8, 0), (19, 0), (20, 6)])
def test_a_small_file_is_trained_on_as_a_whole(rows: int, tested: int, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,y\n" + "".join(f"{n % 3},{n},{n % 2}\n" for n in range(rows)), "utf-8")
    data = of_file(str(path), None, TableFile).experiment().data
    assert (len(data.targets), len(data.test.targets) if data.test else 0) == (rows - tested, tested)


def test_a_fraction_for_testing_that_is_typed_is_kept(tmp_path: Path) -> None:
    paths = {rows: tmp_path / f"{rows}.csv" for rows in (8, 40)}
    for rows, path in paths.items():
        path.write_text("a,b,y\n" + "".join(f"{n % 3},{n},{n % 2}\n" for n in range(rows)), "utf-8")
    draft = from_preset("article").changed("data", CSV)
    few = draft.changed("file", str(paths[8])).suited()
    assert (few.test, few.changed("file", str(paths[40])).suited().test) == ("", "0.3")
    assert few.changed("test", "0.25").suited().test == "0.25"
    assert draft.changed("test", "0.25").changed("file", str(paths[8])).suited().test == "0.25"


def test_an_output_that_never_reaches_its_targets_has_an_error_to_stop_at() -> None:
    draft = from_preset("article")
    assert draft.changed("output", "sigmoid").stop == "0.01"
    assert from_preset("xor").changed("output", "sigmoid").stop == from_preset("xor").stop
    assert draft.changed("output", "relu").stop == draft.stop
    assert draft.changed("stop", "0.5").changed("output", "sigmoid").stop == "0.5"
    assert from_preset("article").changed("data", "typed in").stop == "0.01"
    assert float(from_preset("article").changed("data", "plane").stop) == pytest.approx(0.5 * 100 * 0.1**2)


def test_rows_left_out_are_part_of_the_command(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b,kind\n1,2,x\n3,NA,y\n5,6,z\n7,8,x\n1,1,y\n", "utf-8")
    draft = from_preset("article").changed("data", CSV).changed("file", str(path)).changed("missing", "drop").suited()
    command = command_of(draft)
    assert command == f"tui-backprop --data {path} --missing drop"
    typed = experiment_asked_for(parser_of("studio").parse_args(shlex.split(command)[1:]))
    assert same(typed, draft.experiment())


def test_texts_with_numbers_among_them_are_classes_once_their_use_is_said(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("drive,size,kind,y\nf,1,u,1\n4,2,v,2\nr,3,u,4\nf,4,v,6\n", "utf-8")
    draft = from_preset("article").changed("data", CSV).changed("file", str(path))
    with pytest.raises(ExperimentError, match=r"'4' is a number, but line 2 has text .* f3 in the set-up"):
        draft.suited()
    names, uses, could = zip(*draft.uses(), strict=True)
    assert uses == ("classes", "number", "classes", "learned")
    said = draft.used(names, uses, [choices == OF_TEXTS for choices in could])
    assert said.classes == "drive"
    assert said.suited().experiment().data.input_names == ("drive=4", "drive=f", "drive=r", "size", "kind=v")


def test_a_few_targets_far_away_make_no_goal_that_anything_reaches(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,y\n" + "".join(f"{n / 100},{(n == 50) * 100 + n % 5 / 4}\n" for n in range(100)), "utf-8")
    experiment = of_file(str(path), None, TableFile).experiment()
    assert experiment.training.stop == pytest.approx(0.5 * 70 * 0.1, rel=0.06)  # a tenth of the variance


def test_momentum_is_refused_at_its_field() -> None:
    with pytest.raises(ExperimentError, match="too large") as caught:
        from_preset("xor").changed("optimizer", "momentum").changed("momentum", "1").experiment()
    assert field_of(caught.value) == "momentum"


@pytest.mark.parametrize(
    ("target", "columns", "units"),
    [("b", "", (2, 8, 1)), ("b,a", "", (1, 8, 2)), ("", "b", (1, 8, 2)), ('"c, d"', "a", (1, 8, 2))],
)
def test_columns_of_a_file_are_named(target: str, columns: str, units: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text('a,b,"c, d"\n1,2,x\n3,4,y\n5,6,x\n', "utf-8")
    draft = from_preset("iris").changed("data", CSV).changed("file", str(path))
    draft = draft.changed("target", target).changed("columns", columns).suited()
    if draft.output == "sigmoid":
        draft = draft.changed("output", "softmax").changed("loss", "softmax_cross_entropy")
    assert draft.experiment().network.units == units
    assert same(through_toml(draft, tmp_path), draft.experiment())


@pytest.mark.parametrize("file", ["", "/nowhere/own.csv", "/", "a\0b"])
def test_a_file_that_is_none_is_refused_at_its_field(file: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        from_preset("article").changed("data", CSV).changed("file", file).experiment()
    assert field_of(caught.value) == "file"


VALUES = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(-(2**63), 2**63 - 1)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=8,
)
KEYS = st.from_regex(r"[a-z]{1,6}", fullmatch=True)


@pytest.mark.slow
@given(st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES | st.dictionaries(KEYS, VALUES, max_size=2))))
def test_toml_reads_back_as_the_same_definition(definition: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(definition)) == definition


def test_columns_are_chosen_again_where_a_layout_gives_them_other_names(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("10,20,30\n" + "1,2,3\n4,5,6\n" * 3, "utf-8")
    opened = draft_of(of_file(str(path), None, TableFile).experiment())
    assert (opened.target, opened.header) == ("x3", "detected")
    assert opened.changed("header", "yes").suited().experiment().data.target_names == ("30",)
    assert opened.changed("rate", "0.2").target == "x3"


def test_a_wrong_delimiter_is_a_mistake_in_its_own_field(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    for text in ('"x";"y"\n' + "0,5;2,5\n4;5\n" * 3, "x;y\n" + "0.5;2.5\n4;5\n" * 3):
        path.write_text(text, "utf-8")
        draft = from_preset("article").changed("data", CSV).changed("file", str(path))
        with pytest.raises(ExperimentError) as caught:
            draft.changed("delimiter", "comma").suited()
        assert field_of(caught.value) == "delimiter"
