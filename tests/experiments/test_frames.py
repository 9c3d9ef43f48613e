"""Samples that are at hand in Python."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments import Overrides, variant

ROWS = [[1.5, 2, "rose"], [3, 4.5, "tulip"], [5, 6, "rose"], [2, 2, "tulip"]]


class Column(list[Any]):
    """As a data frame has it."""


class Frame:
    """As much of a data frame as pandas and polars have in common."""

    def __init__(self, **columns: list[Any]) -> None:
        self.columns = list(columns)
        self._columns = {name: Column(values) for name, values in columns.items()}

    def __getitem__(self, name: str) -> Column:
        return self._columns[name]


class Missing:
    """Neither equal to itself nor not, as the NA of pandas."""

    def __ne__(self, other: object) -> Any:
        return self

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


TABLES: dict[str, Any] = {
    "a list of mappings": [dict(zip(["a", "b", "kind"], row, strict=True)) for row in ROWS],
    "a mapping of columns": dict(zip(["a", "b", "kind"], map(list, zip(*ROWS, strict=True)), strict=True)),
    "a data frame": Frame(a=[1.5, 3, 5, 2], b=[2, 4.5, 6, 2], kind=["rose", "tulip", "rose", "tulip"]),
    "an array of objects": np.array(ROWS, dtype=object),
    "rows": ROWS,
    "rows that are arrays": [np.array(row, dtype=object) for row in ROWS],
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_brings_a_network_that_suits_it(name: str) -> None:
    experiment = load_experiment(data=TABLES[name])
    assert (experiment.network.units, experiment.network.activations[-1]) == ((2, 8, 1), "sigmoid")
    assert experiment.data.target_names == ("tulip",)
    data = experiment.data
    assert data.test is None  # there are none to spare
    assert data.input_scale is not None
    known = data.input_scale.back(data.inputs)
    found = sorted((*row, *target) for row, target in zip(known.round(9).tolist(), data.targets.tolist(), strict=True))
    assert found == [(1.5, 2, 0), (2, 2, 1), (3, 4.5, 1), (5, 6, 0)]


def test_numbers_in_arrays_are_taken_to_the_last_bit() -> None:
    values = np.random.default_rng(0).normal(size=(20, 3))
    plain = {"network": {"layers": [2, 1]}, "data": {"inputs": [[0, 0]], "targets": [[0]]}}
    for data in (values, values.tolist(), (values[:, :2], values[:, 2]), (values[:, :2], values[:, 2:])):
        experiment = load_experiment(plain, data=data)
        assert experiment.data.table.tobytes() == values.tobytes()
        assert experiment.network.units == (2, 1)


@pytest.mark.parametrize(
    "source", [None, {"network": {"layers": [2, 3]}, "data": {"inputs": [[0, 0]], "targets": [[0] * 3]}}]
)
def test_all_columns_of_targets_are_learned_and_none_goes_in(source: Any) -> None:
    drawn = np.random.default_rng(0)
    inputs, targets = drawn.normal(size=(12, 2)), drawn.normal(size=(12, 3))
    data = load_experiment(source, data=(inputs, targets)).data
    assert (data.input_names, data.target_names) == (("x1", "x2"), ("y1", "y2", "y3"))
    back = data.target_scale.back if data.target_scale else np.asarray
    assert back(data.targets) == pytest.approx(targets)


@pytest.mark.parametrize("classes", [3, 12])
@pytest.mark.parametrize("kind", [float, int, bool])
def test_a_column_of_targets_for_each_class_is_learned_as_classes(classes: int, kind: type) -> None:
    inputs, targets = np.random.default_rng(0).normal(size=(18, 2)), np.eye(classes)[np.arange(18) % classes]
    experiment = load_experiment(data=(inputs, targets.astype(kind)))
    assert (experiment.network.activations[-1], experiment.network.units[-1]) == ("softmax", classes)
    assert experiment.data.targets.tolist() == targets.tolist()


def test_no_name_is_no_experiment() -> None:
    with pytest.raises(ExperimentError, match="none is given"):
        load_experiment("")


def test_as_many_columns_of_targets_as_there_are_outputs_are_wanted() -> None:
    with pytest.raises(ExperimentError, match="2 columns for 1 output"):
        load_experiment("xor", data=(np.ones((4, 2)), np.ones((4, 2))))


@pytest.mark.parametrize("value", [1j, np.complex128(2), object()])
def test_what_is_neither_number_nor_text_is_refused(value: Any) -> None:
    with pytest.raises(ExperimentError, match="is not a number or text"):
        load_experiment(data=[[value, 1], [2, 3]])


def test_the_definition_holds_the_samples() -> None:
    experiment = load_experiment(data=TABLES["a list of mappings"], overrides=Overrides(seed=5))
    again = load_experiment(experiment.definition)
    assert again.data.table.tobytes() == experiment.data.table.tobytes()
    assert (again.data.input_names, again.data.target_names) == (("a", "b"), ("tulip",))
    assert variant(experiment, Overrides(seed=6)).data is experiment.data
    timeline = Timeline(experiment)
    timeline.next_epoch()
    assert timeline.moment.epoch == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (5, "int is not a table"),
        ("a.csv", "str is not a table"),
        ([], "list is not a table"),
        ([1, 2, 3], "list is not a table"),
        ({"a": [1, 2], "b": [1]}, "its columns differ in length"),
        ({"a": 1}, "its columns differ in length"),
        ((np.ones((3, 2)), np.ones(2)), "3 inputs, but 2 targets"),
        ((np.ones((1, 2)), np.ones(2)), "1 input, but 2 targets"),
        ([[1, 2], [3, None]], "line 3, column x2: '': the value is missing"),
        (Frame(a=[1.0, float("nan")], b=[1, 2]), "line 3, column a: '': the value is missing"),
        (Frame(a=[1, Missing()], b=[1, 2]), "line 3, column a: '': the value is missing"),
        ([[1, 2], [3]], "1 field"),
        (([[1, 2], [3]], [0, 1]), "its rows differ in length"),
        (([], []), "is empty"),
        (np.array(5), "ndarray is not a table"),
        ({"a": np.ones((2, 2)), "b": [1, 2]}, "'[1. 1.]' is not a number or text"),
        ([{"a": 1}, {"a": 2}], "only one column"),
        ([[1, np.inf], [2, 3]], "'inf' is not a number"),
    ],
)
def test_what_is_no_table_of_samples_is_refused(data: Any, message: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        load_experiment(data=data)
    assert str(caught.value).startswith("data: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("source", [5, ["xor"], b"xor"])
def test_what_names_no_experiment_is_refused(source: Any) -> None:
    with pytest.raises(ExperimentError, match=f"{type(source).__name__} is not an experiment"):
        load_experiment(source)


def test_single_numpy_values_are_as_good_as_pythons_own() -> None:
    one, data = np.int64(1), {"inputs": [[0], [1]], "targets": [[1], [0]]}
    training = {"batch": one, "shuffle": np.True_, "rate": np.float32(0.5)}
    found = load_experiment({"network": {"layers": [one, one], "seed": one}, "training": training, "data": data})
    assert (found.network.units, found.seed) == ((1, 1), 1)
    assert (found.training.batch, found.training.shuffle, found.training.rate) == (1, True, 0.5)
    two: Any = np.int64(2)
    edited = Timeline(found).edit("batch", (), two)
    assert (edited.ahead.training.batch, type(edited.edits[0].value)) == (2, int)


@pytest.mark.parametrize("key", ["output", "bias", "init"])
def test_an_array_in_place_of_a_name_is_refused(key: str) -> None:
    definition = {**load_experiment("xor").definition, "network": {"layers": [2, 1], key: np.array(["relu", "relu"])}}
    with pytest.raises(ExperimentError, match=rf"network\.{key}: "):
        load_experiment(definition)


def test_neither_an_experiment_nor_data_is_refused() -> None:
    with pytest.raises(ExperimentError, match="none is given"):
        load_experiment()
