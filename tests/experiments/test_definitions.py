"""Experiment files and mappings: what is read, and how every mistake is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_backprop.core.experiment import Experiment, Training
from tui_backprop.core.network import BiasMode
from tui_backprop.errors import ExperimentError, one_line
from tui_backprop.experiments import Overrides, load_experiment, preset_names
from tui_backprop.experiments.reader import variant

GOOD: dict[str, dict[str, Any]] = {
    "network": {"layers": [2, 3, 1]},
    "training": {},
    "data": {"inputs": [[0, 1], [1, 0]], "targets": [[1], [0]]},
}
LAYERS = "[network]\nlayers = [2, 1]\n"
DATA = "[data]\ninputs = [[0, 1], [1, 0]]\ntargets = [[1], [0]]\n"


def good(**changes: Any) -> dict[str, Any]:
    """The smallest good definition, with keys `section__key` changed, or removed where the value is None."""
    definition = {name: dict(section) for name, section in GOOD.items()}
    for name, value in changes.items():
        section, _, key = name.partition("__")
        if not key:
            definition[section] = value
        elif value is None:
            del definition[section][key]
        else:
            definition[section][key] = value
    return {name: section for name, section in definition.items() if section is not None}


def refusal(source: str | Path | Mapping[str, Any], overrides: Overrides | None = None) -> str:
    """The message of the refusal, after a look at its form."""
    with pytest.raises(ExperimentError) as caught:
        load_experiment(source, overrides)
    message = str(caught.value)
    assert message.isprintable()
    assert "(expected " in message
    assert caught.value.exit_code == 2
    return message


def written(folder: Path, text: str | bytes, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    # what is wrong, the definition, the key that is named, what was expected
    ("an unknown section", good(netwerk={}), "netwerk", "network, training, data"),
    ("an unknown key of the network", good(network__layer=3), "network.layer", "one of layers"),
    ("an unknown key of the training", good(training__epochs=3), "training.epochs", "rate"),
    ("an unknown key of the data", good(data__labels=[]), "data.labels", "inputs, targets, names"),
    ("a section that is no table", good(network=[1]), "network", "[network]"),
    ("no network", good(network=None), "network.layers", "[3, 4, 1]"),
    ("no data", good(data=None), "data.inputs", "rows of 2 numbers"),
    ("a title that is no text", good(title=3), "title", "a string"),
    ("layers that are no list", good(network__layers=3), "network.layers", "[3, 4, 1]"),
    ("one layer only", good(network__layers=[2]), "network.layers", "2 to 33"),
    ("no layers", good(network__layers=[]), "network.layers", "2 to 33"),
    ("too many layers", good(network__layers=[2] * 34), "network.layers", "2 to 33"),
    ("a layer of no units", good(network__layers=[2, 0, 1]), "network.layers", "from 1 to 1024"),
    ("a layer of fewer than no units", good(network__layers=[2, -3, 1]), "network.layers", "from 1 to 1024"),
    ("a huge layer", good(network__layers=[2, 10**9, 1]), "network.layers", "from 1 to 1024"),
    ("half a unit", good(network__layers=[2, 1.5, 1]), "network.layers", "from 1 to 1024"),
    ("a truth as a number of units", good(network__layers=[2, True, 1]), "network.layers", "from 1 to 1024"),
    ("an unknown hidden activation", good(network__hidden="reul"), "network.hidden", "linear | relu"),
    ("softmax in a hidden layer", good(network__hidden="softmax"), "network.hidden", "linear | relu"),
    ("too few hidden activations", good(network__hidden=[]), "network.hidden", "one name, or 1"),
    ("a number as an activation", good(network__hidden=[1]), "network.hidden", "linear | relu"),
    ("an unknown output activation", good(network__output="softmin"), "network.output", "softmax"),
    ("an unknown initialiser", good(network__init="lucky"), "network.init", "uniform01 | uniform"),
    ("a bias of the wrong kind", good(network__bias="thawed"), "network.bias", 'true, false or "frozen"'),
    ("a number for a bias", good(network__bias=1), "network.bias", 'true, false or "frozen"'),
    ("a seed below 0", good(network__seed=-1), "network.seed", "from 0 to 4294967295"),
    ("a seed too large", good(network__seed=2**32), "network.seed", "from 0 to 4294967295"),
    ("a fraction as a seed", good(network__seed=1.0), "network.seed", "from 0 to 4294967295"),
    ("an astronomic seed", good(network__seed=16**5000), "network.seed", "from 0 to 4294967295"),
    ("weights of one layer only", good(network__weights=[[[1, 1, 1]] * 2]), "network.weights", "2×3, 3×1"),
    ("weights with too few rows", good(network__weights=[[[1] * 3], [[1]] * 3]), "network.weights", "2×3, 3×1"),
    ("weights with too few columns", good(network__weights=[[[1] * 2] * 2, [[1]] * 3]), "network.weights", "3 numbers"),
    ("weights that are no lists", good(network__weights=[1, 2]), "network.weights", "2×3, 3×1"),
    ("a weight that is a text", good(network__weights=[[[1, "2", 3]] * 2, [[1]] * 3]), "network.weights", "finite"),
    ("a weight that is NaN", good(network__weights=[[[1, np.nan, 3]] * 2, [[1]] * 3]), "network.weights", "finite"),
    ("biases without bias", good(network__biases=[[0] * 3, [0]]), "network.biases", "bias = true"),
    ("biases of wrong size", good(network__bias=True, network__biases=[[0] * 2, [0]]), "network.biases", "3 numbers"),
    ("a rate of 0", good(training__rate=0), "training.rate", "above 0"),
    ("a rate below 0", good(training__rate=-0.1), "training.rate", "above 0"),
    ("a rate that is NaN", good(training__rate=np.nan), "training.rate", "finite number above 0"),
    ("a rate that is infinite", good(training__rate=np.inf), "training.rate", "finite number above 0"),
    ("a rate that is beyond floats", good(training__rate=10**400), "training.rate", "finite number above 0"),
    ("a truth as a rate", good(training__rate=True), "training.rate", "finite number above 0"),
    ("text as a rate", good(training__rate="0.1"), "training.rate", "finite number above 0"),
    ("an unknown loss", good(training__loss="cubed"), "training.loss", "half_squared | squared"),
    ("an unknown report", good(training__report="cubed"), "training.report", "loss | squared"),
    ("an unknown optimizer", good(training__optimizer="luck"), "training.optimizer", "sgd"),
    ("a batch of none", good(training__batch=0), "training.batch", 'from 1, or "full"'),
    ("half a sample in a batch", good(training__batch=1.5), "training.batch", 'from 1, or "full"'),
    ("a truth as a batch", good(training__batch=True), "training.batch", 'from 1, or "full"'),
    ("an unknown batch", good(training__batch="all"), "training.batch", 'from 1, or "full"'),
    ("a number for shuffle", good(training__shuffle=1), "training.shuffle", "true or false"),
    ("fewer than no decimals", good(training__round=-1), "training.round", "from 0 to 15"),
    ("too many decimals", good(training__round=16), "training.round", "from 0 to 15"),
    ("a stop that is NaN", good(training__stop=np.nan), "training.stop", "finite number"),
    ("cross-entropy without its output", good(training__loss="binary_cross_entropy"), "training.loss", '"sigmoid"'),
    (
        "cross-entropy with targets beyond 0 and 1",
        good(network__output="sigmoid", training__loss="binary_cross_entropy", data__targets=[[2], [0]]),
        "training.loss",
        "targets from 0 to 1",
    ),
    (
        "softmax cross-entropy with targets that are no shares",
        good(
            network__layers=[2, 2],
            network__output="softmax",
            training__loss="softmax_cross_entropy",
            data__targets=[[1, 1], [0, 1]],
        ),
        "training.loss",
        "one 1 in each sample's targets",
    ),
    ("no inputs", good(data__inputs=None), "data.inputs", "rows of 2 numbers"),
    ("empty inputs", good(data__inputs=[]), "data.inputs", "rows of 2 numbers"),
    ("empty targets", good(data__targets=[]), "data.targets", "rows of 1 number"),
    ("one number as inputs", good(data__inputs=np.array(1.0)), "data.inputs", "rows of 2 numbers"),
    ("rows that are no lists", good(data__inputs=[1, 2]), "data.inputs", "a row for each sample: [[1, 2]]"),
    ("inputs wider than the network", good(data__inputs=[[0, 1, 2], [1, 0, 2]]), "data.inputs", "2 numbers"),
    ("targets wider than the network", good(data__targets=[[1, 1], [0, 0]]), "data.targets", "1 number"),
    ("targets without rows", good(data__targets=[5, 1]), "data.targets", "a row for each sample: [[5], [1]]"),
    ("rows of different widths", good(data__inputs=[[0, 1], [1]]), "data.inputs", "2 numbers"),
    ("more inputs than targets", good(data__targets=[[1]]), "data.targets", "2 rows"),
    ("text among inputs", good(data__inputs=[[0, "1"], [1, 0]]), "data.inputs", "finite"),
    ("NaN among inputs", good(data__inputs=[[0, np.nan], [1, 0]]), "data.inputs", "finite"),
    ("infinity among targets", good(data__targets=[[1], [-np.inf]]), "data.targets", "finite"),
    ("a truth among inputs", good(data__inputs=[[0, True], [1, 0]]), "data.inputs", "finite"),
    ("nothing among inputs", good(data__inputs=[[0, None], [1, 0]]), "data.inputs", "finite"),
    ("too few names", good(data__names=["x"]), "data.names", "2, one for each input"),
    ("names that are no text", good(data__names=[1, 2]), "data.names", 'a list such as ["x1", "x2"]'),
]


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (good(network__weights=[[[1, 2, 3], [4]], [[1]] * 3]), "layer 1, row 2 has 1 number (expected 3 numbers)"),
        (good(network__weights=[[[1, 2, 3], 4], [[1]] * 3]), "layer 1, row 2 is 4, not a list (expected 3 numbers)"),
        (good(data__inputs=[[1, 2, 3]] * 2), "row 1 has 3 numbers (expected 2 numbers; or layers 3,3,1)"),
        (good(data__targets=[[1, 0]] * 2), "row 1 has 2 numbers (expected 1 number; or layers 2,3,2)"),
        (good(data__inputs=[[1, 2], [1, 2, 3]]), "row 2 has 3 numbers (expected 2 numbers)"),
        (good(data__inputs=[[1, 2], 3]), "row 2 is 3, not a list (expected 2 numbers)"),
        (good(data__targets=[[1]]), "has 1 sample, but inputs has 2 (expected 2 rows)"),
        (good(network__layers=[3]), "has 1 entry (expected 2 to 33"),
    ],
)
def test_a_wrong_row_is_named_with_what_is_in_it(definition: dict[str, Any], said: str) -> None:
    assert said in refusal(definition)


@pytest.mark.parametrize(("definition", "key", "expected"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_mistake_names_the_key_and_what_was_expected(definition: dict[str, Any], key: str, expected: str) -> None:
    before, _, hint = refusal(definition).partition(" (expected ")
    assert before.startswith(f"experiment: {key}: ")
    assert expected in hint


@pytest.mark.parametrize(
    ("definition", "told"),
    [
        (good(network__layer=3), "network.layer: unknown key, did you mean layers?"),
        (good(training__optimiser="sgd"), "training.optimiser: unknown key, did you mean optimizer?"),
        (good(training__learning_rate=0.1), "training.learning_rate: unknown key, did you mean rate?"),
        (good(network__activation="relu"), "network.activation: unknown key, did you mean hidden?"),
        (good(network__layers=None, network__layer=[3, 4, 1]), "network.layer: unknown key, did you mean layers?"),
        (good(data__inputs=None, data__input=[[1, 1]]), "data.input: unknown key, did you mean inputs?"),
        (
            good(network__weights=[[[1, 2], [3, 4], [5, 6]], [[1, 2, 3]]]),
            'does not have 2 rows (expected shapes 2×3, 3×1; or orientation = "outputs_inputs")',
        ),
        (
            good(network__weights=[[[1, 2, 3], [3, 4, 5]], [[1], [2], [3]]], network__orientation="outputs_inputs"),
            'does not have 3 rows (expected shapes 3×2, 1×3; or orientation = "inputs_outputs")',
        ),
        (good(training__loss="MSE"), "training.loss: unknown 'MSE', did you mean mean_squared?"),
        (good(training__loss=3), "training.loss: unknown 3 (expected"),
        (good(training__weight_decay=0.1), "training.weight_decay: unknown key, did you mean l2?"),
        (good(data__normalize=True), "data.normalize: unknown key, did you mean standardise?"),
        (good(network__init="glorot_uniform"), "unknown 'glorot_uniform', did you mean xavier_uniform?"),
        (good(network__init="he_normal"), "unknown 'he_normal', did you mean he?"),
        (
            good(data__generator="xor"),
            "data.inputs: samples come from generator already (expected generator or inputs,",
        ),
        (good(data__names=["a", "a"]), "data.names: two inputs are named 'a' (expected different names)"),
        (
            good(network__output="softmax", training__loss="softmax_cross_entropy"),
            'an output for each class, or loss = "binary_cross_entropy"',
        ),
    ],
)
def test_a_refusal_names_the_nearest_that_there_is(definition: dict[str, Any], told: str) -> None:
    assert told in refusal(definition)


BAD_FILES: dict[str, tuple[str | bytes, str, str]] = {
    "no TOML": ("layers = [1,", "", "is not valid TOML"),
    "a decimal comma": ("[network]\n[training]\nrate = 0,05 # small\n", "", "a decimal point: 0.05 instead of 0,05"),
    "a point without a digit": ("[network]\nweights = [[[.15, 2]]]\n", "", "0.15 instead of .15"),
    "a truth as in Python": ("[network]\nbias = True # always\n", "", "(expected true instead of True)"),
    "nothing as in Python": ("[training]\nround = None\n", "", "(expected the key left out, not None)"),
    "text without quotation marks": ("[network]\nhidden = tanh\n", "", '"tanh" instead of tanh)'),
    "such text in a list": ("[network]\nhidden = [tanh, relu]\n", "", '"tanh" instead of tanh)'),
    "a table without its end": ("[network\nbias = false\n", "", "(expected what tui-backprop help data shows)"),
    "a path of Windows": ('[data]\ncsv = "C:\\data\\my.csv"\n', "", "/ instead of \\ in a path, or single quotes"),
    "a user's path of Windows": ('[data]\ncsv = "C:\\Users\\my.csv"\n', "", "/ instead of \\ in a path, or single"),
    "the same table twice": ("[network]\n[network]\n", "", "each table and each key in it once"),
    "an empty file": ("", "network.layers", "is missing"),
    "the same key twice": ("[network]\nlayers = [2, 1]\nlayers = [3, 1]\n", "", "each key in it once"),
    "binary": (bytes(range(256)), "", "is not text in UTF-8"),
    "UTF-16": ("[network]".encode("utf-16"), "", "is not text in UTF-8"),
    "nested too deeply": ("x = " + "[" * 5000, "", "is nested too deeply"),
    "dotted too deeply": ("title" + ".a" * 5000 + " = 1\n", "title", "is not text"),
    "a long decimal number": ("[network]\nseed = " + "9" * 5000, "", "cannot be read"),
    "a long hexadecimal number": (
        f"{LAYERS}seed = 0x{'f' * 5000}\n{DATA}",
        "network.seed",
        "range",
    ),
    "NaN": (f"{LAYERS}[training]\nrate = nan\n{DATA}", "training.rate", "not a finite number"),
    "infinity": (f"{LAYERS}[training]\nrate = inf\n{DATA}", "training.rate", "not a finite number"),
    "a date": (f"{LAYERS}[training]\nrate = 2024-01-01\n{DATA}", "training.rate", "not a finite"),
    "escapes in a key": (f'{LAYERS}"\\u001b[2J" = 1\n{DATA}', "network.\\x1b[2J", "unknown key"),
    "escapes in a value": (
        f'{LAYERS}output = "\\u001b[2J\\n"\n{DATA}',
        "network.output",
        "unknown",
    ),
    "a key that writes backwards": (f'"\\u202e" = 1\n[network]\nlayers = [2, 1]\n{DATA}', "\\u202e", "unknown key"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_named_with_its_key(tmp_path: Path, name: str) -> None:
    text, key, message = BAD_FILES[name]
    path = written(tmp_path, text)
    found = refusal(path)
    assert found.startswith(f"{path}: {key}: " if key else f"{path}: ")
    assert message in found


def test_a_missing_file_is_named_with_the_presets(tmp_path: Path) -> None:
    message = refusal(tmp_path / "none.toml")
    assert "none.toml: no such file or preset" in message
    assert all(name in message for name in preset_names())


def test_a_folder_is_no_experiment(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"{tmp_path}: is a folder")


def test_a_path_that_no_file_can_have_is_refused() -> None:
    assert "cannot be read" in refusal("a\0b")
    assert refusal("x" * 5000).startswith("xxx")


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    with path.open("wb") as file:
        file.truncate(2**26)
    assert "is too large" in refusal(path)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner))
KEYS = [(section, key) for section, keys in (
    ("network", ["layers", "hidden", "output", "bias", "init", "seed", "weights", "biases"]),
    ("training", ["rate", "loss", "report", "batch", "shuffle", "round", "stop", "optimizer"]),
    ("data", ["inputs", "targets", "names", "csv", "target"]),
) for key in keys]  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from(KEYS), VALUES)
def test_any_value_of_any_key_is_read_or_refused_in_one_line(place: tuple[str, str], value: object) -> None:
    section, key = place
    definition = good()
    definition[section][key] = value
    message = ""
    try:
        load_experiment(definition)
    except ExperimentError as error:
        message = str(error)
    assert message.isprintable()


def test_a_good_file_is_read_as_written(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
title = "Mine"
watch = "Look here."
[network]
layers = [2, 2, 1]
hidden = "tanh"
output = "sigmoid"
bias = "frozen"
seed = 7
weights = [[[1, 2], [3, 4.5]], [[5], [6]]]
biases = [[7, 8], [9]]
[training]
rate = 1
loss = "binary_cross_entropy"
report = "squared"
batch = 2
shuffle = true
round = 0
stop = 0.5
optimizer = "sgd"
[data]
inputs = [[0, 1], [2, 3], [4, 5]]
targets = [[1], [0], [0.5]]
names = ["left", "right"]
""",
    )
    experiment = load_experiment(path)
    assert (experiment.name, experiment.title, experiment.watch) == (str(path), "Mine", "Look here.")
    assert experiment.network.units == (2, 2, 1)
    assert experiment.network.activations == ("tanh", "sigmoid")
    assert experiment.network.bias is BiasMode.FROZEN
    assert [w.tolist() for w in experiment.initial.weights] == [[[1, 2], [3, 4.5]], [[5], [6]]]
    assert [b.tolist() for b in experiment.initial.biases] == [[7, 8], [9]]
    assert experiment.training == Training(1.0, "binary_cross_entropy", "squared", 2, True, 0, 0.5, "sgd")
    assert experiment.data.inputs.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert experiment.data.targets.tolist() == [[1], [0], [0.5]]
    assert (experiment.data.input_names, experiment.data.target_names) == (("left", "right"), ("y",))
    assert (experiment.seed, experiment.steps_per_epoch) == (7, 2)


def test_what_is_left_out_has_a_default() -> None:
    experiment = load_experiment(good())
    assert experiment.network.activations == ("relu", "linear")
    assert experiment.network.bias is BiasMode.NONE
    assert experiment.training == Training(0.1, "half_squared", "loss", 1, False, None, 0.0, "sgd")
    assert (experiment.seed, experiment.data.input_names, experiment.data.target_names) == (0, ("x1", "x2"), ("y",))


def test_each_hidden_layer_can_have_its_own_activation() -> None:
    experiment = load_experiment(good(network__layers=[2, 3, 3, 1], network__hidden=["tanh", "relu"]))
    assert experiment.network.activations == ("tanh", "relu", "linear")


def test_arrays_are_as_good_as_lists_and_are_copied() -> None:
    inputs = np.array([[0.0, 1.0], [1.0, 0.0]])
    experiment = load_experiment(good(data__inputs=inputs, data__targets=np.array([[1], [0]])))
    inputs[0, 0] = 5.0
    assert experiment.data.inputs[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        experiment.data.inputs[0, 0] = 1.0


class TestOverrides:
    def changed(self, **changes: Any) -> Experiment:
        return load_experiment("article", Overrides(**changes))

    def test_none_leaves_everything_as_it_is(self) -> None:
        assert self.changed().initial.flat.tolist() == load_experiment("article").initial.flat.tolist()

    def test_each_changes_its_key_only(self) -> None:
        original = load_experiment("article")
        assert self.changed(rate=0.25).training.rate == 0.25
        assert self.changed(rate=0.25).initial.flat.tolist() == original.initial.flat.tolist()
        assert self.changed(hidden="tanh").network.activations == ("tanh", "linear")
        assert self.changed(output="sigmoid").network.activations == ("relu", "sigmoid")
        assert self.changed(batch="full").training.batch == 4
        assert self.changed(batch=2).training.batch == 2
        assert self.changed(shuffle=True).training.shuffle
        assert not self.changed(shuffle=False).training.shuffle

    def test_a_seed_or_layers_take_the_place_of_explicit_weights(self) -> None:
        random = load_experiment("article-random", Overrides(seed=5)).initial.flat
        assert self.changed(seed=5).initial.flat.tolist() == random.tolist()
        assert self.changed(layers=[3, 4, 1], seed=5).initial.flat.tolist() == random.tolist()
        assert self.changed(layers=[3, 7, 2, 1]).network.units == (3, 7, 2, 1)

    def test_the_definition_that_they_change_stays_as_it_is(self) -> None:
        definition = good()
        load_experiment(definition, Overrides(seed=4, rate=2.0, layers=[2, 1]))
        assert definition == good()

    def test_what_to_watch_goes_where_it_may_no_longer_be_true(self) -> None:
        assert self.changed().watch
        for changes in ({"rate": 0.25}, {"seed": 5}, {"layers": [3, 7, 1]}, {"hidden": "tanh"}, {"shuffle": True}):
            assert self.changed(**changes).watch == ""
        drawn = load_experiment("article-random")
        assert drawn.watch == load_experiment("article-random", Overrides(seed=5)).watch != ""
        assert load_experiment("article-random", Overrides(seed=5, rate=0.2)).watch == ""

    def test_their_mistakes_are_refused_like_a_files(self) -> None:
        assert "article: network.layers: " in refusal("article", Overrides(layers=[3, 0, 1]))
        assert "article: data.inputs: " in refusal("article", Overrides(layers=[2, 4, 1]))
        assert "article: training.rate: " in refusal("article", Overrides(rate=-1.0))
        assert "article: network.hidden: " in refusal("article", Overrides(hidden="softmax"))
        assert "network: " in refusal({"network": 3}, Overrides(seed=1))

    def test_they_make_variants_of_an_experiment_at_hand(self, tmp_path: Path) -> None:
        written(tmp_path, "a,b,c\n1,2,3\n", "d.csv")
        path = written(tmp_path, '[network]\nlayers = [2, 1]\n[data]\ncsv = "d.csv"\n')
        again = variant(load_experiment(path), Overrides(seed=3))
        assert again.seed == 3
        assert again.data.inputs.tolist() == [[1.0, 2.0]]


def test_text_from_files_becomes_one_printable_line() -> None:
    assert one_line("a\nb\x1b[31m\u202e\x00é→") == "a\\nb\\x1b[31m\\u202e\\x00é→"
    assert one_line("\udcff") == "\\udcff"
    assert len(one_line("x" * 10_000)) == 400


def test_settings_that_have_no_effect_are_no_mistakes() -> None:
    """Older files and sessions have them: a stop below 0 runs on for ever, and momentum waits for its optimizer."""
    training = load_experiment(good(training__stop=-1, training__momentum=0.9)).training
    assert (training.stop, training.momentum, training.optimizer) == (-1.0, 0.9, "sgd")


def test_weights_can_be_written_the_other_way_round() -> None:
    weights = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[7.0, 8.0]]]
    network = {"layers": [3, 2, 1], "weights": weights, "orientation": "outputs_inputs"}
    data = {"inputs": [[0, 0, 0]], "targets": [[0]]}
    initial = load_experiment({"network": network, "data": data}).initial
    assert [array.tolist() for array in initial.weights] == [[[1, 4], [2, 5], [3, 6]], [[7], [8]]]
    with pytest.raises(ExperimentError, match=r"layer 1 does not have 3 rows .expected shapes 3×2, 2×1; or orient"):
        load_experiment({"network": {**network, "orientation": "inputs_outputs"}, "data": data})
    with pytest.raises(ExperimentError, match=r"orientation: unknown 'rows' \(expected inputs_outputs"):
        load_experiment({"network": {**network, "orientation": "rows"}, "data": data})
