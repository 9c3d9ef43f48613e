"""The table [data] of an experiment: where its samples come from, and how they are prepared for training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.experiment import Data, Scale
from tui_backprop.core.network import Network
from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.features import FEATURES, Expansion, expand
from tui_backprop.experiments.generators import GENERATORS, MOST_NOISE, MOST_SAMPLES, REGRESSIONS, generate
from tui_backprop.experiments.schema import Section
from tui_backprop.experiments.train_test_split import train_test_split
from tui_backprop.reading.numerals import counted

if TYPE_CHECKING:
    from tui_backprop.experiments.columns import Opener

_ANOTHER_DRAW = "try another seed, data's seed in the set-up, or seed in [data]"
COLOURS = ("orange", "blue")
"""Names of a generator's two classes, −1 and 1, where each has an output of its own."""


def read_data(keys: Section, network: Network, folder: Path, open_csv: Opener | None) -> Data:
    """The samples that the table `keys` describes; files are relative to `folder`, and opened by `open_csv`.

    Samples come from a generator, a CSV file, or the table itself. Then, in this order: features of two inputs, a
    part set aside for testing, inputs and targets standardised by the training part. Raises `ExperimentError`.
    """
    sources = [key for key in ("generator", "csv", "inputs") if keys.has(key)]
    if len(sources) > 1:
        raise keys.error(sources[1], f"samples come from {sources[0]} already", f"{' or '.join(sources)}, not both")
    if keys.has("generator"):
        data = _generated(keys, network)
    elif keys.has("csv"):
        from tui_backprop.experiments.columns import from_csv  # most experiments need no table reader

        data = from_csv(keys, network, folder, open_csv)
    else:
        data = _listed(keys, network)
    names = _names(keys, "names", network.units[0], "input")
    target_names = _names(keys, "target_names", network.units[-1], "output")
    data = replace(data, input_names=names or data.input_names, target_names=target_names or data.target_names)
    data = _standardised(_with_test_set(data, keys, network), keys)
    scaled = [what for what, scale in (("inputs", data.input_scale), ("targets", data.target_scale)) if scale]
    if data.notes and (untrained := _only_tested(data)):
        message = f"{untrained} never changes in the training set, only in the test set"
        data = replace(data, notes=(*data.notes, f"{message}: {_ANOTHER_DRAW}"))
    if data.notes and scaled:
        data = replace(data, notes=(*data.notes, f"standardised: {' and '.join(scaled)}"))
    keys.done()
    return replace(data, inputs=frozen(np.ascontiguousarray(data.inputs)))


def _only_tested(data: Data) -> str:
    """A target that only the test set has two values of: a class that cannot be learned. Empty if there is none."""
    first = data.targets[0]
    same = (data.targets == first).all(axis=0) & (data.all_targets != first).any(axis=0)
    return next((name for name, is_same in zip(data.target_names, same.tolist(), strict=True) if is_same), "")


def _names(keys: Section, key: str, count: int, what: str) -> tuple[str, ...]:
    names = keys.strings(key)
    if names is not None and len(names) != count:
        raise keys.error(key, f"has {counted(len(names), 'name')}", f"{count}, one for each {what}")
    _check_different(keys, key, names or (), what)
    return tuple(names or ())


def _check_different(keys: Section, key: str, names: Sequence[str], what: str) -> None:
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise keys.error(key, f"two {what}s are named {twice!r}", "different names")


def _listed(keys: Section, network: Network) -> Data:
    """Samples written out in the table."""
    features = features_of(keys)
    inputs, targets = _rows(keys, network, 2 if features else 0)
    if features:
        inputs = expanded(keys, inputs, features, network)
    names = tuple(f"x{i + 1}" for i in range(network.units[0]))
    return Data(
        frozen(inputs),
        frozen(targets),
        tuple(features or names),
        _target_names(network.units[-1]),
        expand=Expansion(tuple(features)) if features else None,
    )


def _rows(keys: Section, network: Network, points: int = 0) -> tuple[Array, Array]:
    """Inputs, or `points` of as many columns of which features are made, and targets."""
    if points:
        inputs = keys.table("inputs", points)
    else:
        inputs = keys.table("inputs", network.units[0], lambda width: layers_for(network, inputs=width))
    targets = keys.table("targets", network.units[-1], lambda width: layers_for(network, outputs=width))
    if len(inputs) != len(targets):
        message = f"has {counted(len(targets), 'sample')}, but inputs has {len(inputs)}"
        raise keys.error("targets", message, counted(len(inputs), "row"))
    return inputs, targets


def _target_names(outputs: int) -> tuple[str, ...]:
    return ("y",) if outputs == 1 else tuple(f"y{i + 1}" for i in range(outputs))


def _generated(keys: Section, network: Network) -> Data:
    """Samples from a formula. Two classes are 0 and 1 in one output, −1 and 1 if it is tanh, or have an output each."""
    name = keys.choice("generator", "", tuple(GENERATORS))
    samples, noise = keys.integer("samples", 200, 1, MOST_SAMPLES), keys.number("noise", 0.0)
    if not 0 <= noise <= MOST_NOISE:
        raise keys.error("noise", f"{noise:g} is out of range", f"a number from 0 to {MOST_NOISE}")
    features = features_of(keys) or ["x1", "x2"]
    points, labels = generate(name, samples, noise, _seed(keys))
    inputs = expanded(keys, points, features, network)
    outputs = 1 if name in REGRESSIONS else 2
    if network.units[-1] == 1:
        targets = labels[:, None] if name in REGRESSIONS else one_output(labels > 0, network)
    elif network.units[-1] == outputs:
        targets = np.column_stack([labels < 0, labels > 0]).astype(np.float64)
    else:
        raise keys.error("generator", f"1 target for {network.units[-1]} outputs", layers_for(network, outputs=outputs))
    names = ("y",) if network.units[-1] == 1 else COLOURS
    return Data(frozen(inputs), frozen(targets), tuple(features), names, expand=Expansion(tuple(features)))


def _seed(keys: Section) -> int:
    return keys.integer("seed", 0, 0, 2**32 - 1)


def features_of(keys: Section) -> list[str]:
    """The features of two inputs that the table asks for, by name; often none."""
    if keys.has("features") and not keys.strings("features"):
        raise keys.error("features", "is empty", f"some of {', '.join(FEATURES)}")
    features = [keys.chosen("features", name, tuple(FEATURES)) for name in keys.strings("features") or []]
    _check_different(keys, "features", features, "input")
    return features


def expanded(keys: Section, points: Array, features: Sequence[str], network: Network) -> Array:
    """The features of `points` (samples, 2): (samples, features), which must be as many as the network's inputs."""
    if len(features) != network.units[0]:
        message = f"{counted(len(features), 'input')} for {network.units[0]} of the network"
        raise keys.error("features", message, layers_for(network, inputs=len(features)))
    with np.errstate(all="ignore"):
        expanded = expand(points, features)
    if not np.isfinite(expanded).all():
        raise keys.error("features", "are too large for these inputs", "smaller inputs")
    return expanded


def layers_for(network: Network, inputs: int | None = None, outputs: int | None = None) -> str:
    """A hint: the `layers` to write for a network with other inputs and outputs."""
    units = (inputs or network.units[0], *network.units[1:-1], outputs or network.units[-1])
    return f"layers {','.join(map(str, units))}"


def one_output(second: NDArray[np.bool_], network: Network) -> Array:
    """Two classes as one target (samples, 1): 0 and 1, or −1 and 1 for an output that reaches both."""
    low, high = network.output.classes
    return np.where(np.reshape(second, (-1, 1)), high, low)


def _with_test_set(data: Data, keys: Section, network: Network) -> Data:
    """With a test set, as `test` says: a share of the samples, or samples of its own."""
    seed = _seed(keys)
    if keys.is_table("test"):
        section = keys.section("test")
        inputs, targets = _rows(section, network)
        section.done()
        return replace(data, test=replace(data, inputs=frozen(inputs), targets=frozen(targets)))
    share = keys.number("test", 0.0)
    if not 0 <= share < 1:
        raise keys.error("test", f"{share:g} is not a fraction", "at least 0 and below 1, e.g. 0.3")
    if share == 0:
        return data
    if len(data) < 2:
        message, expected = "has only one sample", "at least two samples, one of them for testing"
        raise (
            ExperimentError(keys.text("csv", ""), "", message, expected)
            if keys.has("csv")
            else keys.error("test", "one sample cannot be split", expected)
        )
    return train_test_split(data, share, seed)


def _standardised(data: Data, keys: Section) -> Data:
    """Inputs, or targets, as (x − mean) / deviation, both of the training samples."""
    if keys.flag("standardise_targets", False):
        scale = _scale(data.targets, keys, "standardise_targets", "targets", data.target_names)
        data = _each_part(data, lambda part: replace(part, targets=frozen(scale(part.targets)), target_scale=scale))
    if not keys.flag("standardise", False):
        return data
    by = _scale(data.inputs, keys, "standardise", "inputs", data.input_names)

    def scaled(part: Data) -> Data:
        made = part.expand
        expanded = replace(made, scale=by) if isinstance(made, Expansion) else made
        return replace(part, inputs=frozen(by(part.inputs)), standardised=True, expand=expanded, input_scale=by)

    return _each_part(data, scaled)


def _scale(values: Array, keys: Section, key: str, what: str, names: Sequence[str]) -> Scale:
    """The scale that gives columns mean 0 and deviation 1; constant ones become 0."""
    with np.errstate(all="ignore"):
        mean, deviation = values.mean(axis=0), values.std(axis=0)
    if not np.isfinite(deviation).all():
        if keys.has("csv"):
            column = int(np.flatnonzero(~np.isfinite(deviation))[0])
            largest = values[np.abs(values[:, column]).argmax(), column]
            where, message = f"column {names[column]}", f"the {what} are too large to be standardised: {largest:g}"
            raise ExperimentError(keys.text("csv", ""), where, message, "smaller ones")
        raise keys.error(key, f"the {what} are too large for it", f"smaller {what}")
    deviation[deviation == 0] = 1.0
    return Scale(frozen(mean), frozen(deviation))


def _each_part(data: Data, change: Callable[[Data], Data]) -> Data:
    return replace(change(data), test=None if data.test is None else change(data.test))
