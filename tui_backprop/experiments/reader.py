"""From an experiment's definition (a preset, a TOML file or a mapping) to a validated `Experiment`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS, LINEAR, RELU
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import ALL_RIGHT, GOALS, RANGES, REPORTS, Data, Experiment, Training
from tui_backprop.core.goal import has_right_answers
from tui_backprop.core.initialisers import INITIALISERS, initialise
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import BiasMode, Network, Parameters, parameters_from
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.errors import BackpropError, ExperimentError, perhaps
from tui_backprop.experiments.csv_files.text import STANDARD_INPUT, shown_path, standard_input
from tui_backprop.experiments.datasets import read_data
from tui_backprop.experiments.schema import MOST_UNITS, Section
from tui_backprop.reading.disk import UnreadableError, absolute, read_text
from tui_backprop.reading.numerals import counted

if TYPE_CHECKING:
    from tui_backprop.experiments.columns import Opener

MOST_LAYERS = 32
LARGEST_FILE = 32 * 2**20
_BARE_POINT = re.compile(r"^[^#\"]*[\[=,][ \t]*[-+]?\.[0-9]", re.MULTILINE)
_COMMA = re.compile(r"^[^#\"\n]*=[ \t]*([-+]?[0-9]+,[0-9]+)[ \t]*(?:#.*)?$", re.MULTILINE)
"""Numbers written in ways that TOML does not allow."""
_BARE_WORD = re.compile(r"^[^#\"'\n\[=]*=[ \t\[]*(?!(?:true|false|inf|nan)\b)([A-Za-z_]+)\b", re.MULTILINE)
_PYTHON = {"True": "true instead of True", "False": "false instead of False", "None": "the key left out, not None"}
ORIENTATIONS = ("inputs_outputs", "outputs_inputs")
"""What the rows of explicit weights are, and their columns."""


@dataclass(frozen=True)
class Overrides:
    """Changes to a definition, as on the command line; None leaves a key as it is.

    A new seed or new layers replace explicit weights.
    `data` is a CSV file whose last columns are the targets, `missing` what happens to rows that are not complete.
    """

    seed: int | None = None
    rate: float | None = None
    layers: list[int] | None = None
    hidden: str | None = None
    output: str | None = None
    batch: int | str | None = None
    shuffle: bool | None = None
    stop: float | None = None
    goal: str | None = None
    data: str | None = None
    missing: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The overrides that are given."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name)) is not None}

    def apply(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of the definition with these changes."""
        network = definition.get("network")
        explicit = isinstance(network, Mapping) and "weights" in network
        if self.given and (explicit or list(self.given) != ["seed"]):
            definition = {key: value for key, value in definition.items() if key != "watch"}  # may no longer be true
        changed = {key: dict(value) if isinstance(value, Mapping) else value for key, value in definition.items()}
        given = self.given
        sections = {"seed": "network", "layers": "network", "hidden": "network", "output": "network", "missing": "data"}
        if "data" in given:
            kept = {key: value for key, value in changed.get("data", {}).items() if key in _OF_ANY_FILE}
            changed["data"] = {**kept, "csv": _absolute(given.pop("data"))}
        if "missing" in given and "csv" not in changed.get("data", {}):
            raise BackpropError("no file of samples is read: no row can be left out", "use --missing with --data FILE")
        for key, value in given.items():
            section = changed.setdefault(sections.get(key, "training"), {})
            if isinstance(section, dict):
                section[key] = value
                if key in ("seed", "layers"):
                    section.pop("weights", None)
                    if key == "layers" or section.get("bias") != "frozen":  # frozen ones belong to the network
                        section.pop("biases", None)
        return changed


_OF_ANY_FILE = ("test", "standardise", "standardise_targets", "seed")
"""Keys of [data] that hold for other samples, too."""


def _absolute(path: str) -> str:
    return path if path == STANDARD_INPUT else str(absolute(Path(path)))


_PRESETS = Path(__file__).with_name("presets")


def preset_names() -> list[str]:
    """The presets that ship, the default first and then as they build on each other."""
    names = {path.name.removesuffix(".toml") for path in _PRESETS.iterdir() if path.name.endswith(".toml")}
    return sorted(names, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


_ORDER = [
    "article", "article-random", "no-direction", "linear-collapse", "blame", "dead-relu", "sigmoid", "xor", "circle",
    "spiral", "iris",
]  # fmt: skip


_SOURCES = "a preset's name, a file, a mapping, or data"


def load_experiment(
    source: str | Path | Mapping[str, Any] | None = None,
    overrides: Overrides | None = None,
    pipes: bool = True,
    *,
    data: Any = None,
) -> Experiment:
    """Reads a preset (by name), a TOML file (by path, `-` is standard input) or a mapping of the same shape.

    `data` replaces its samples: rows of numbers, a mapping of columns, a list of mappings, a data frame, or
    inputs and targets as two arrays, in which a row of targets with a single 1 is a class. Otherwise the last columns
    are learned. Without `source` a network that suits them is used.
    Files may be `pipes` unless the caller cannot wait for them: a pipe may never end.
    Raises `ExperimentError`, which names file, key and what was expected.
    """
    if data is not None:
        from tui_backprop.experiments.default_network import experiment_of  # which needs this module
        from tui_backprop.experiments.frames import SOURCE, opened, with_samples

        changes = replace(overrides or Overrides(), data=STANDARD_INPUT)  # which is not read
        open_csv, target = opened(data)
        if source is None:
            return with_samples(experiment_of(STANDARD_INPUT, changes, open_csv, SOURCE, target))
        changed = changes.apply(load_experiment(source, pipes=pipes).definition)
        changed["data"] |= {"target": target} if target else {}
        return with_samples(_experiment(SOURCE, changed, Path(), open_csv=open_csv))
    if source is None or source == "":
        raise ExperimentError("experiment", "", "none is given", _SOURCES)
    if isinstance(source, Mapping):
        name, definition, folder = "experiment", source, Path()
    elif str(source) in preset_names():
        name, definition, folder = str(source), definition_of(str(source)), Path()
    elif not isinstance(source, str | PathLike):
        raise ExperimentError("experiment", "", f"{type(source).__name__} is not an experiment", _SOURCES)
    else:
        path = Path(source)
        name, definition, folder = shown_path(path), _read_toml(path, pipes), path.parent
    if pipes:
        return _experiment(name, (overrides or Overrides()).apply(definition), folder)
    from tui_backprop.experiments.csv_files.file import ordinary

    return _experiment(name, (overrides or Overrides()).apply(definition), folder, open_csv=ordinary)


def definition_of(preset: str) -> dict[str, Any]:
    """A preset's definition as in its file, with absolute paths."""
    return deepcopy(_parsed(preset))


@cache  # the set-up asks several times for every key
def _parsed(preset: str) -> dict[str, Any]:
    definition = tomllib.loads((_PRESETS / f"{preset}.toml").read_text("utf-8"))
    return dict(_with_absolute_csv(definition, _PRESETS))


def assemble(
    name: str, definition: Mapping[str, Any], data: Data | None = None, open_csv: Opener | None = None
) -> Experiment:
    """The experiment of a definition; `data` are its samples, if they have been read."""
    return _experiment(name, definition, Path(), data, open_csv)


def variant(experiment: Experiment, overrides: Overrides) -> Experiment:
    """The same experiment with changes; it keeps its samples if no change can affect them."""
    units, layers = experiment.network.units, overrides.layers or experiment.network.units
    same_ends = (layers[0], layers[-1]) == (units[0], units[-1])
    data = experiment.data if same_ends and _LEAVE_DATA.issuperset(overrides.given) else None
    return assemble(experiment.name, overrides.apply(experiment.definition), data)


_LEAVE_DATA = frozenset({"seed", "rate", "layers", "hidden", "batch", "shuffle", "stop", "goal"})
"""Overrides that do not affect the samples, if layers begin and end with the same units."""


def _read_toml(path: Path, pipes: bool) -> dict[str, Any]:
    name, text = shown_path(path), ""
    try:
        piped = str(path) == STANDARD_INPUT
        text = standard_input().decode("utf-8-sig") if piped else read_text(path, LARGEST_FILE, "", pipes)
        return tomllib.loads(text)
    except FileNotFoundError:
        hint = f"a TOML file, or a preset: {', '.join(preset_names())}"
        raise ExperimentError(name, "", f"no such file or preset{perhaps(name, preset_names())}", hint) from None
    except UnreadableError as error:
        raise ExperimentError(name, "", error.what, "an experiment file (TOML) or a preset's name") from None
    except UnicodeDecodeError:
        raise ExperimentError(name, "", "is not text in UTF-8", "an experiment file (TOML)") from None
    except tomllib.TOMLDecodeError as error:
        hint = f"an experiment file; samples in a CSV file: --data {quote(name)}"
        hint = _mended(text, str(error)) if path.suffix in ("", ".toml") else hint
        raise ExperimentError(name, "", f"is not valid TOML: {error}", hint) from None
    except RecursionError:
        raise ExperimentError(name, "", "is nested too deeply", "an experiment file (TOML)") from None
    except ValueError as error:  # an integer of thousands of digits
        raise ExperimentError(name, "", f"cannot be read: {error}", "an experiment file (TOML)") from None


def _mended(text: str, error: str) -> str:
    """How to write what is not valid TOML."""
    if comma := _COMMA.search(text):
        return f"a decimal point: {comma[1].replace(',', '.')} instead of {comma[1]}"
    if _BARE_POINT.search(text):
        return "0.15 instead of .15"
    if "overwrite" in error or "twice" in error:
        return "each table and each key in it once"
    if "Unescaped" in error or "Invalid hex value" in error:
        return "/ instead of \\ in a path, or single quotes around it"
    if word := _BARE_WORD.search(text):
        return _PYTHON.get(word[1], f'quotation marks: "{word[1]}" instead of {word[1]}')
    return "what tui-backprop help data shows"


def _experiment(
    name: str, definition: Mapping[str, Any], folder: Path, data: Data | None = None, open_csv: Opener | None = None
) -> Experiment:
    root = Section(name, "", definition)
    network_keys, training_keys, data_keys = (root.section(key) for key in ("network", "training", "data"))
    title, watch = root.text("title", name), root.text("watch", "")
    root.done()
    network = _network(network_keys)
    data = read_data(data_keys, network, folder, open_csv) if data is None else data
    training = _training(training_keys, network, data)
    seed = network_keys.integer("seed", 0, 0, 2**32 - 1)
    init = network_keys.choice("init", Experiment.init, tuple(INITIALISERS))
    initial = _parameters(network_keys, network, init, seed)
    network_keys.done()
    experiment = Experiment(
        name, title, watch, network, initial, training, data, seed, _with_absolute_csv(definition, folder), init
    )
    if training.goal == ALL_RIGHT and not has_right_answers(experiment):
        raise training_keys.error(
            "goal", f"{ALL_RIGHT} needs classes or two target values", "classes, or targets 0 and 1, or −1 and 1"
        )
    return experiment


def _with_absolute_csv(definition: Mapping[str, Any], folder: Path) -> Mapping[str, Any]:
    if definition["data"].get("csv", STANDARD_INPUT) == STANDARD_INPUT:
        return definition
    return {**definition, "data": {**definition["data"], "csv": str(absolute(folder / definition["data"]["csv"]))}}


def _network(keys: Section) -> Network:
    layers = keys.integers("layers", 1, MOST_UNITS)
    if not 2 <= len(layers) <= MOST_LAYERS + 1:
        raise keys.error(
            "layers",
            f"has {counted(len(layers), 'entry', 'entries')}",
            f"2 to {MOST_LAYERS + 1}: units of input, hidden, output",
        )
    depth = len(layers) - 1
    hidden = keys.names("hidden", RELU.name, HIDDEN_ACTIVATIONS, depth - 1)
    output = keys.choice("output", LINEAR.name, tuple(ACTIVATIONS))
    bias = {False: BiasMode.NONE, True: BiasMode.TRAINED, "frozen": BiasMode.FROZEN}[keys.bias("bias")]
    return Network(tuple(layers), (*hidden, output), bias)


def _parameters(keys: Section, network: Network, init: str, seed: int) -> Parameters:
    turned = keys.choice("orientation", ORIENTATIONS[0], ORIENTATIONS) == ORIENTATIONS[1]
    shapes = [(above, below) if turned else (below, above) for below, above in pairwise(network.units)]
    weights: list[Array] | None = keys.arrays("weights", shapes, f'orientation = "{ORIENTATIONS[not turned]}"')
    if turned and weights is not None:
        weights = [np.ascontiguousarray(array.T) for array in weights]
    biases = keys.arrays("biases", [(columns,) for columns in network.units[1:]])
    if biases is not None and network.bias is BiasMode.NONE:
        raise keys.error("biases", "are given, but the network has none", 'bias = true or "frozen"')
    return parameters_from(network, weights or initialise(network, init, seed), biases or [])


def _training(keys: Section, network: Network, data: Data) -> Training:
    loss = LOSSES[keys.choice("loss", Training.loss, tuple(LOSSES))]
    if loss.requires and network.activations[-1] != loss.requires:
        hint = f'network.output = "{loss.requires}"'
        raise keys.error("loss", f"{loss.name} does not fit the output {network.activations[-1]}", hint)
    targets = data.all_targets
    if not ((targets >= loss.least) & (targets <= loss.most)).all():
        bounds = f"{loss.least:g}…{loss.most:g}", f"targets from {loss.least:g} to {loss.most:g}"
        raise keys.error("loss", f"{loss.name} does not allow targets outside {bounds[0]}", bounds[1])
    if loss.shares and not np.allclose(targets.sum(axis=1), 1.0, rtol=0, atol=1e-9):
        hint = "one 1 in each sample's targets, else 0"
        if targets.shape[1] == 1:
            hint = 'an output for each class, or loss = "binary_cross_entropy" with output = "sigmoid"'
        raise keys.error("loss", f"{loss.name} needs targets that sum to 1", hint)
    numbers: dict[str, Any] = {key: keys.number(key, getattr(Training, key), bounds) for key, bounds in RANGES.items()}
    training = Training(
        loss=loss.name,
        report=keys.choice("report", "loss", REPORTS),
        batch=keys.batch("batch", len(data)),
        shuffle=keys.flag("shuffle", False),
        round=keys.optional_integer("round", 0, 15),
        stop=keys.number("stop", 0.0),
        goal=keys.choice("goal", Training.goal, GOALS),
        optimizer=keys.choice("optimizer", Training.optimizer, tuple(OPTIMIZERS)),
        **numbers,
    )
    keys.done()
    return training
