"""An experiment in the making: fields of text, as typed, and the definition and command line they stand for."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.errors import BackpropError, ExperimentError
from tui_backprop.experiments.datasets import Outline, outline
from tui_backprop.experiments.generators import GENERATORS, REGRESSIONS
from tui_backprop.experiments.reader import assemble, definition_of, load_experiment

PRESETS_OWN = "the preset's"
CSV = "CSV file"
DATA = (PRESETS_OWN, *GENERATORS, CSV)
_COMMAND = {"layers": "--layers", "hidden": "--hidden", "output": "--output", "rate": "--rate", "batch": "--batch",
            "seed": "--seed"}  # fmt: skip
_OF_TRAINING = ("loss", "optimizer", "rate", "batch")


@dataclass(frozen=True)
class Draft:
    """The fields, each as text. `layers` are the hidden ones: those at the ends follow from the data."""

    preset: str = "article"
    data: str = PRESETS_OWN
    file: str = ""
    samples: str = ""
    noise: str = ""
    test: str = ""
    standardise: str = "no"
    layers: str = ""
    hidden: str = "relu"
    output: str = "linear"
    loss: str = "half_squared"
    optimizer: str = "sgd"
    rate: str = "0.1"
    batch: str = "1"
    shuffle: str = "no"
    seed: str = "0"

    @property
    def unused(self) -> set[str]:
        """Fields that mean nothing for these data."""
        made = self.data in GENERATORS or (
            self.data == PRESETS_OWN and "generator" in definition_of(self.preset)["data"]
        )
        return (set() if self.data == CSV else {"file"}) | (set() if made else {"samples", "noise"})

    def changed(self, field: str, text: str) -> Draft:
        """With another text in a field. Other data bring along a network and rules that suit them."""
        draft = replace(self, **{field: text})
        if field == "preset":
            return from_preset(text)
        if field == "data" and text == PRESETS_OWN:
            return from_preset(self.preset)
        if field == "data" or (field == "file" and self.data == CSV):
            return draft._suited()
        return draft

    def _suited(self) -> Draft:
        draft = replace(self, layers="8", hidden="tanh", rate="0.03", shuffle="yes", batch="1")
        draft = replace(draft, output="linear", loss="half_squared", standardise="no")
        if self.data == CSV:
            draft = replace(draft, standardise="yes", test="0.3")
        else:
            draft = replace(draft, samples="200", noise="0.1", test="0.5")
        try:
            classes = draft._outline().classes
        except BackpropError:
            return draft
        kind = {0: ("linear", "half_squared"), 2: ("sigmoid", "binary_cross_entropy")}
        output, loss = kind.get(classes, ("softmax", "softmax_cross_entropy"))
        return replace(draft, output=output, loss=loss)

    def _outline(self) -> Outline:
        if self.data in GENERATORS:
            return Outline(2, 0 if self.data in REGRESSIONS else 2)
        path = Path(self.file).expanduser()
        if not path.is_file():
            raise ExperimentError(self.file or "file", "", "no such file", "the path of a CSV file")
        stamp = path.stat()
        return _outline(str(path.absolute()), (stamp.st_mtime_ns, stamp.st_size), self.output == "softmax")

    def definition(self) -> dict[str, Any]:
        """As an experiment file holds it. Raises `ExperimentError` where a field cannot be understood at all."""
        if self.data == PRESETS_OWN:
            return self._of_preset()
        found = self._outline()
        outputs = found.classes if found.classes > 2 or (found.classes and self.output == "softmax") else 1
        data: dict[str, Any] = {"generator": self.data, "samples": _number(self.samples), "noise": _number(self.noise)}
        title = f"{self.data}: {self.samples} samples"
        if self.data == CSV:
            path = Path(self.file).expanduser().absolute()
            data, title = {"csv": str(path), "target": [found.target]}, path.name
        network = {
            "layers": [found.inputs, *self._hidden_layers(), outputs], "hidden": self.hidden, "output": self.output,
            "bias": True, "init": "xavier", "seed": _number(self.seed),
        }  # fmt: skip
        training = {key: _number(getattr(self, key)) for key in _OF_TRAINING}
        training["shuffle"] = self.shuffle == "yes"
        return {"title": title, "network": network, "training": training, "data": {**data, **self._preparation()}}

    def _preparation(self) -> dict[str, Any]:
        test = {"test": _number(self.test)} if self.test.strip() else {}
        return {**test, **({"standardise": True} if self.standardise == "yes" else {})}

    def _of_preset(self) -> dict[str, Any]:
        """The preset's own definition where nothing is changed; what is changed replaces its part of it."""
        base = definition_of(self.preset)
        changes = self._changes()
        if not changes:
            return base
        network, training, data = (dict(base[section]) for section in ("network", "training", "data"))
        units = network["layers"]
        if "layers" in changes:
            network["layers"] = [units[0], *self._hidden_layers(), units[-1]]
        for key in ("hidden", "output", "seed"):
            if key in changes:
                network[key] = _number(changes[key])
        if not {"layers", "seed"}.isdisjoint(changes):
            network.pop("weights", None)
            network.pop("biases", None)
        training.update({key: _number(changes[key]) for key in _OF_TRAINING if key in changes})
        if "shuffle" in changes:
            training["shuffle"] = self.shuffle == "yes"
        data.update({key: _number(changes[key]) for key in ("samples", "noise") if key in changes})
        if not {"test", "standardise"}.isdisjoint(changes):
            data = {key: value for key, value in data.items() if key not in ("test", "standardise")}
            data.update(self._preparation())
        kept = {key: value for key, value in base.items() if key == "title"}
        return {**kept, "network": network, "training": training, "data": data}

    def _changes(self) -> dict[str, str]:
        own = from_preset(self.preset)
        return {key: getattr(self, key) for key in vars(self) if getattr(self, key) != getattr(own, key)}

    def _hidden_layers(self) -> list[int]:
        parts = [part.strip() for part in self.layers.split(",")] if self.layers.strip() else []
        if not all(part.isdecimal() and len(part) < 9 for part in parts):
            raise ExperimentError("draft", "network.layers", f"{self.layers!r} is no list of units", "e.g. 8 or 8,6")
        return [int(part) for part in parts]

    def experiment(self, known: Data | None = None) -> Experiment:
        """The experiment, checked by the rules for experiment files; `known` are its samples where they are at hand."""
        definition = self.definition()
        if self.data == PRESETS_OWN and not self._changes():
            return load_experiment(self.preset)
        name = {PRESETS_OWN: self.preset, CSV: Path(self.file).stem}.get(self.data, self.data)
        return assemble(name, definition, known)

    @property
    def data_fields(self) -> tuple[object, ...]:
        """What the samples depend on: two drafts with the same have the same samples."""
        path, stamp = Path(self.file).expanduser(), None
        if self.data == CSV and path.is_file():
            stamp = path.stat().st_mtime_ns
        keys = ("preset", "data", "file", "samples", "noise", "test", "standardise", "output")
        return (*(getattr(self, key) for key in keys), stamp)

    def command(self, program: str = "tui-backprop") -> str | None:
        """The command that opens it; None where it takes an experiment file."""
        changes = self._changes()
        if self.data != PRESETS_OWN or not set(changes) <= {*_COMMAND, "shuffle"}:
            return None
        words = [program, self.preset]
        for key, value in changes.items():
            if key == "layers":
                units = definition_of(self.preset)["network"]["layers"]
                value = ",".join(map(str, (units[0], *self._hidden_layers(), units[-1])))
            words += (
                [f"--{'' if value == 'yes' else 'no-'}shuffle"] if key == "shuffle" else [_COMMAND[key], value.strip()]
            )
        return shlex.join(words)


@lru_cache(maxsize=2)
def _outline(path: str, stamp: tuple[int, int], as_classes: bool) -> Outline:
    return outline(Path(path), as_classes)


@lru_cache(maxsize=32)
def from_preset(name: str) -> Draft:
    """The draft that stands for a preset."""
    experiment = load_experiment(name)
    network, training, data = experiment.network, experiment.training, experiment.definition["data"]
    return Draft(
        preset=name,
        samples=str(data.get("samples", "")),
        noise=str(data.get("noise", "0" if "generator" in data else "")),
        test=str(data.get("test", "")),
        standardise="yes" if experiment.data.standardised else "no",
        layers=",".join(map(str, network.units[1:-1])),
        hidden=network.activations[0] if network.depth > 1 else "relu",
        output=network.activations[-1],
        loss=training.loss,
        optimizer=training.optimizer,
        rate=f"{training.rate:g}",
        batch=str(experiment.definition["training"].get("batch", 1)),
        shuffle="yes" if training.shuffle else "no",
        seed=str(experiment.seed),
    )


def field_of(error: ExperimentError) -> str:
    """The field that a mistake is about."""
    section, _, key = error.key.partition(".")
    if section == "data" and key == "generator":
        return "data"
    return key if section in ("network", "training", "data") and key in Draft.__dataclass_fields__ else "file"


def _number(text: Any) -> Any:
    """Text as the number that it is; other text as it is, for the reader to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip()


def definition_without_paths(definition: Mapping[str, Any]) -> dict[str, Any]:
    """With the bare name of a data file, for eyes that the folders are no business of."""
    data = definition["data"]
    return {**definition, "data": {**data, "csv": Path(data["csv"]).name} if "csv" in data else data}
