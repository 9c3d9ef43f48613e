"""An experiment being set up: text fields, as typed, and the definition and command line that they stand for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from tui_backprop.core.activations import ACTIVATIONS, JOINT_ACTIVATIONS, LINEAR, RELU, SIGMOID, TANH
from tui_backprop.core.experiment import ALL_RIGHT, SMALL_ERROR, Data, Experiment, Training
from tui_backprop.core.losses import HALF_SQUARED, suited_to
from tui_backprop.core.optimizers import all_settings, unused_settings
from tui_backprop.errors import BackpropError, ExperimentError
from tui_backprop.experiments.column_uses import fields_of, uses_of
from tui_backprop.experiments.columns import MISSING, Opener, Outline, outline
from tui_backprop.experiments.csv_files.file import TableFile
from tui_backprop.experiments.csv_files.stamp import stamp_of
from tui_backprop.experiments.csv_files.text import STANDARD_INPUT, refuse_unless_ordinary, shown_path
from tui_backprop.experiments.fields import BIAS, CSV, DETECTED, LAYOUT, OF_FILE, PRESETS_OWN, TYPED, DraftFields
from tui_backprop.experiments.generators import GENERATORS, REGRESSIONS
from tui_backprop.experiments.reader import ORIENTATIONS, assemble, definition_of, load_experiment, preset_names
from tui_backprop.experiments.typed_values import (
    as_number,
    joined,
    listed,
    read_biases,
    read_samples,
    read_weights,
    short,
    written,
    written_samples,
    written_weights,
)
from tui_backprop.reading.disk import typed_path
from tui_backprop.reading.numerals import number_of, read_wholes, whole_of

_TESTED, _FEWEST_TO_TEST = "0.3", 20
"""The fraction of a file that is kept for testing, unless another is typed, and the rows from which on it is: a truth
table has none to spare."""
_MOST_TYPED = 200
"""Samples that can be changed in the set-up."""
_ALWAYS = ("loss", "optimizer", "rate", "batch")
_OR_NOT = (*all_settings(), "l1", "l2", "round", "stop")
"""Rules of training that a file leaves out where their field is empty."""
_USUAL = {"report": Training.report, "goal": Training.goal}
"""Rules that a file leaves out where they are the usual ones."""
SMALL = "0.01"
"""An error that can be reached where outputs never quite reach their targets."""
_NAMING = ("header", "delimiter", "encoding")
"""Of these, the ones that decide how columns are named."""
_OF_COLUMNS = ("target", "columns")
_TYPED = frozenset({"inputs", "targets", "names", "target_names"})
_PREPARATION = ("features", "test", "standardise", "standardise_targets", "data_seed")


@dataclass(frozen=True)
class Draft(DraftFields):
    """The experiment that the fields define together, and what follows from a change to one of them."""

    @property
    def unused(self) -> set[str]:
        """Fields that mean nothing beside the others."""
        own = definition_of(self.preset) if self.data == PRESETS_OWN else {}
        made = self.data in GENERATORS or "generator" in own.get("data", {})
        drawn = made or self.test.strip() not in ("", "0")
        two = own["network"]["layers"][0] == 2 if own else self.data == TYPED and len(listed(self.columns)) == 2
        used: dict[tuple[str, ...], object] = {
            OF_FILE: self.data == CSV,
            _OF_COLUMNS: self.data in (CSV, TYPED),
            ("typed",): self.data == TYPED,
            ("weights", "orientation"): self.init == TYPED,
            ("biases",): self.init == TYPED and self.bias != "no",
            ("standardise_targets",): self.data == CSV or own.get("data", {}).get("standardise_targets"),
            ("samples", "noise"): made,
            ("features",): made or self.data == CSV or two,
            ("data_seed",): drawn,
            ("stop",): self.goal != ALL_RIGHT,
            ("hidden",): self.layers.strip(),
        }
        return {name for names, use in used.items() if not use for name in names} | unused_settings(self.optimizer)

    def changed(self, field: str, text: str) -> Draft:
        """The draft with another text in a field. Other data bring along a network and rules that suit them.

        A file is not read: see `suited`.
        """
        if field == "preset":
            return from_preset(text)
        if field == "data" and text == PRESETS_OWN:
            return from_preset(self.preset)
        draft = replace(self, **{field: text})
        if field == "output" and ACTIVATIONS[text].curved and not number_of(draft.stop):
            return replace(draft, stop=SMALL)  # no weights could bring its error to 0
        if field in _NAMING:  # the columns named so far may have other names now
            draft = replace(draft, target="", columns="", classes="yes" if self.classes == "yes" else "")
        if field == "file" and not draft.test:
            return replace(draft, test=_TESTED)  # the one before may have been too small
        if field != "data":
            return draft
        clean = Draft(preset=self.preset, data=text, file=self.file, seed=self.seed)
        if text == TYPED:
            shape = {"columns": "x1,x2", "target": "y", "layers": "2", "hidden": SIGMOID.name, "output": SIGMOID.name}
            return replace(clean, **shape, loss=HALF_SQUARED.name, rate="0.5", stop=SMALL)
        own = {"test": _TESTED} if text == CSV else {"samples": "200", "noise": "0.1", "test": "0.5"}
        draft = replace(clean, layers="8", hidden=TANH.name, rate="0.03", shuffle="yes", **own)
        return draft if text == CSV else draft.suited()

    def suited(self, open_csv: Opener = TableFile) -> Draft:
        """The draft with output, loss and scaling that suit its samples; raises `ExperimentError` as reading does."""
        found = replace(self, output=LINEAR.name)._outline(open_csv)
        output, loss = suited_to(found.classes)
        goal = ALL_RIGHT if found.classes else SMALL_ERROR
        scaled = ("yes" if needed else "no" for needed in found.scaled)
        scaling = dict(zip(("standardise", "standardise_targets"), scaled, strict=True)) if self.data == CSV else {}
        spares = self.data != CSV or self.test != _TESTED or found.samples >= _FEWEST_TO_TEST
        tested = self if spares else replace(self, test="")
        return replace(tested, output=output, loss=loss, goal=goal, stop=tested._reachable(found), **scaling)

    def _reachable(self, found: Outline) -> str:
        """An error at which numbers are learned: answers that are off by a twentieth of the range, as a rule."""
        share = number_of(self.test) or 0.0
        stop = 0.5 * found.near * found.samples * (1.0 - share if 0.0 <= share < 1.0 else 1.0)
        return f"{stop:.2g}" if 0.0 < stop < math.inf else ""

    def _outline(self, open_csv: Opener) -> Outline:
        if self.data in GENERATORS:
            classes, samples = 0 if self.data in REGRESSIONS else 2, whole_of(self.samples) or 0
            near = 0.0 if classes else (2 / 20) ** 2  # from −1 to 1
            return Outline(len(listed(self.features)) or 2, 1, classes, near=near, samples=samples)
        if self.data == TYPED:
            return Outline(len(listed(self.columns)), len(listed(self.target)), 0)
        if not self.file.strip():
            raise ExperimentError("file", "", "no file is named", "the path of a CSV file")
        if self.file != STANDARD_INPUT:
            refuse_unless_ordinary(typed_path(self.file), self.file)
        return outline(self._data(), self.output in JOINT_ACTIVATIONS, open_csv)

    def uses(self, open_csv: Opener = TableFile) -> list[tuple[str, str, tuple[str, ...]]]:
        """(name, use, uses that it could have) of each column of the file."""
        return uses_of(self._data(), open_csv)

    def used(self, names: Sequence[str], uses: Sequence[str], texts: Sequence[bool]) -> Draft:
        """The draft in which columns of the file have these uses."""
        return replace(self, **{key: joined(listed) for key, listed in fields_of(names, uses, texts).items()})

    @property
    def typed_names(self) -> tuple[list[str], list[str]]:
        """Names of inputs and targets of samples that are typed in."""
        return listed(self.columns), listed(self.target)

    def definition(self, open_csv: Opener = TableFile) -> dict[str, Any]:
        """The definition, as in an experiment file. Raises `ExperimentError` if a field cannot be understood."""
        if self.data == PRESETS_OWN:
            return self._of_preset()
        found = self._outline(open_csv)
        of_classes = found.classes > 2 or (found.classes and self.output in JOINT_ACTIVATIONS)
        outputs = found.classes if of_classes else found.targets
        data, title = self._data(), f"{self.data}: {self.samples} samples"
        if self.data == TYPED:
            title = "Typed in"
        if self.data == CSV:
            data, title = {**data, "target": list(found.target)}, Path(shown_path(self.file)).name
        network = {
            "layers": [found.inputs, *self._hidden_layers(), outputs], "hidden": self.hidden, "output": self.output,
            "bias": BIAS[self.bias], **self._initial(),
        }  # fmt: skip
        training = {key: as_number(getattr(self, key)) for key in _ALWAYS}
        training["shuffle"] = self.shuffle == "yes"
        training |= {key: text for key, usual in _USUAL.items() if (text := getattr(self, key)) != usual}
        return {"title": title, "network": network, "training": {**training, **self._optional()}, "data": data}

    def _initial(self) -> dict[str, Any]:
        """The first weights: drawn, or typed in, and the biases with them."""
        if self.init != TYPED:
            return {"init": self.init, "seed": as_number(self.seed)}
        network = {"seed": as_number(self.seed), "weights": read_weights(self.weights)}
        network |= {"orientation": self.orientation} if self.orientation != ORIENTATIONS[0] else {}
        return network | ({"biases": read_biases(self.biases)} if self.biases.strip() and self.bias != "no" else {})

    def _typed_data(self) -> dict[str, Any]:
        names, target_names = listed(self.columns), listed(self.target)
        if not names or not target_names:
            key = "data.target" if names else "data.columns"
            raise ExperimentError("draft", key, "no name is given", "names such as x1,x2")
        inputs, targets = read_samples(self.typed, len(names), len(target_names))
        return {"inputs": inputs, "targets": targets, "names": names, "target_names": target_names}

    def _data(self) -> dict[str, Any]:
        """The table [data] of a generator, a file, or of samples that are typed in."""
        if self.data == TYPED:
            return {**self._typed_data(), **self._preparation()}
        if self.data in GENERATORS:
            made = {
                "generator": self.data,
                "samples": as_number(self.samples),
                "noise": as_number(self.noise),
            }
            return {**made, **self._preparation()}
        chosen: dict[str, Any] = {key: names for key in ("target", "columns") if (names := listed(getattr(self, key)))}
        chosen |= {key: said for key, known in LAYOUT.items() if (said := known[getattr(self, key)]) != ""}
        if classes := listed(self.classes):
            chosen["classes"] = classes == ["yes"] or classes
        chosen |= {"missing": self.missing} if self.missing != MISSING[0] else {}
        path = self.file if self.file == STANDARD_INPUT else str(typed_path(self.file))
        return {"csv": path, **chosen, **self._preparation()}

    def _optional(self) -> dict[str, Any]:
        return {
            key: as_number(text) for key in _OR_NOT if (text := getattr(self, key).strip()) and key not in self.unused
        }

    def _preparation(self) -> dict[str, Any]:
        features, test, seed = listed(self.features), self.test.strip(), self.data_seed.strip()
        return {
            **({"seed": as_number(seed)} if seed and "data_seed" not in self.unused else {}),
            **({"features": features} if features else {}),
            **({"test": as_number(test)} if test else {}),
            **{key: True for key in ("standardise", "standardise_targets") if self._scales(key)},
        }

    def _scales(self, key: str) -> bool:
        return getattr(self, key) == "yes" and key not in self.unused

    def _of_preset(self) -> dict[str, Any]:
        """The preset's own definition; changed fields replace their parts of it."""
        base = definition_of(self.preset)
        changes = self._changes()
        if not changes:
            return base
        training, data = dict(base["training"]), dict(base["data"])
        data.update({key: as_number(changes[key]) for key in ("samples", "noise") if key in changes})
        if not changes.keys().isdisjoint(_PREPARATION):
            data = {key: value for key, value in data.items() if key not in (*_PREPARATION, "seed")}
            data.update(self._preparation())
        training.update({key: as_number(changes[key]) for key in (*_ALWAYS, *_USUAL) if key in changes})
        if "shuffle" in changes:
            training["shuffle"] = self.shuffle == "yes"
        training = {key: value for key, value in training.items() if key not in _OR_NOT or key not in changes}
        training |= {key: value for key, value in self._optional().items() if key in changes}
        network = self._network_of_preset(base["network"], changes, data)
        kept = {key: value for key, value in base.items() if key == "title"}
        return {**kept, "network": network, "training": training, "data": data}

    def _network_of_preset(
        self, base: Mapping[str, Any], changes: Mapping[str, str], data: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Explicit weights stay unless something else is said about them."""
        network = dict(base)
        first, *hidden, last = network["layers"]
        if "features" in changes:
            first = len(listed(self.features)) or 2
        if "layers" in changes:
            hidden = self._hidden_layers()
        if "output" in changes and data.get("generator", "plane") not in REGRESSIONS:
            last = 2 if self.output in JOINT_ACTIVATIONS else 1
        redrawn = [first, *hidden, last] != network["layers"] or not changes.keys().isdisjoint(("seed", "init"))
        network["layers"] = [first, *hidden, last]
        network.update(
            {
                key: as_number(changes[key])
                for key in ("hidden", "output", "init", "seed")
                if key in changes and (key, self.init) != ("init", TYPED)
            }
        )
        if "bias" in changes:
            network["bias"] = BIAS[self.bias]
        for key in (*(["weights", "biases"] if redrawn else []), *(["biases"] if self.bias == "no" else [])):
            network.pop(key, None)
        return network | self._initial() if self.init == TYPED else network

    def _changes(self) -> dict[str, str]:
        own = from_preset(self.preset)
        used = vars(self).keys() - self.unused
        return {key: text for key, text in vars(self).items() if key in used and text != getattr(own, key)}

    def _hidden_layers(self) -> list[int]:
        try:
            return read_wholes(self.layers) if self.layers.strip() else []
        except BackpropError as error:
            raise ExperimentError("draft", "network.layers", error.message, "e.g. 8 or 8,6") from None

    def experiment(self, known: Data | None = None, open_csv: Opener = TableFile) -> Experiment:
        """The experiment, checked by the rules for experiment files; `known` are its samples, if read already."""
        definition = self.definition(open_csv)
        if self.data == PRESETS_OWN and not self._changes():
            return load_experiment(self.preset)
        name = {PRESETS_OWN: self.preset, CSV: Path(self.file).stem}.get(self.data, self.data)
        return assemble(name, definition, known, open_csv)

    @property
    def data_fields(self) -> tuple[object, ...]:
        """The fields that the samples depend on: drafts that agree in these have the same samples."""
        found = stamp_of(typed_path(self.file)) if self.data == CSV else None
        keys = ("preset", "data", "typed", *_OF_COLUMNS, *OF_FILE, "samples", "noise", *_PREPARATION, "output")
        return (*(getattr(self, key) for key in keys), found)


@lru_cache(maxsize=32)
def from_preset(name: str) -> Draft:
    """The draft that stands for a preset."""
    return _of(load_experiment(name), name, PRESETS_OWN)


def draft_of(experiment: Experiment) -> Draft:
    """The draft of an experiment, or the nearest to it; the first preset's if its samples cannot be described."""
    name, source = experiment.name, _source(experiment.definition["data"])
    if name in preset_names() and source == _source(definition_of(name)["data"]):
        return _of(experiment, name, PRESETS_OWN)
    if "csv" in source:
        return _of(experiment, preset_names()[0], CSV)
    if "inputs" in source and len(experiment.data) <= _MOST_TYPED and source.keys() <= _TYPED:
        return _of(experiment, preset_names()[0], TYPED)
    return _of(experiment, preset_names()[0], source["generator"]) if "generator" in source else from_preset("article")


def _source(data: Mapping[str, Any]) -> dict[str, Any]:
    """Where samples come from, without what a draft can say of them."""
    return {key: value for key, value in data.items() if key not in ("samples", "noise", *_PREPARATION, "seed")}


def _of(experiment: Experiment, preset: str, source: str) -> Draft:
    network, training, definition = experiment.network, experiment.training, experiment.definition
    data, rules = definition["data"], definition.get("training", {})
    made, explicit = "generator" in data, definition["network"]
    columns, target = data.get("columns", []), data.get("target", [])
    if source == TYPED:
        columns, target = experiment.data.input_names, experiment.data.target_names
    return Draft(
        preset=preset,
        data=source,
        file=data["csv"] if source == CSV else "",
        target=joined(target) if source in (CSV, TYPED) else "",
        columns=joined(columns) if source in (CSV, TYPED) else "",
        classes="yes" if data.get("classes") is True else joined(data.get("classes") or []),
        typed=written_samples(data["inputs"], data["targets"]) if source == TYPED else "",
        missing=data.get("missing", MISSING[0]),
        samples=str(data.get("samples", "200" if made else "")),
        noise=str(data.get("noise", "0" if made else "")),
        features=",".join(data.get("features", [])),
        test="" if isinstance(data.get("test"), Mapping) else str(data.get("test", "")),
        data_seed=str(data.get("seed", "")),
        standardise="yes" if experiment.data.standardised else "no",
        standardise_targets="yes" if experiment.data.target_scale is not None else "no",
        layers=",".join(map(str, network.units[1:-1])),
        hidden=network.activations[0] if network.depth > 1 else RELU.name,
        output=network.activations[-1],
        bias=next(text for text, bias in BIAS.items() if bias == definition["network"].get("bias", False)),
        **_typed_weights(explicit, source, experiment.init),
        seed=str(experiment.seed),
        loss=training.loss,
        report=training.report,
        goal=training.goal,
        optimizer=training.optimizer,
        rate=short(training.rate),
        batch=str(rules.get("batch", 1)),
        shuffle="yes" if training.shuffle else "no",
        **{key: str(rules.get(key, "")) for key in _OR_NOT},
        **{key: _name(known, data.get(key, "")) for key, known in LAYOUT.items()},
    )


def _typed_weights(network: Mapping[str, Any], source: str, init: str) -> dict[str, str]:
    """The fields of explicit weights; a preset's stand in its own file."""
    if source == PRESETS_OWN or "weights" not in network:
        return {"init": init}
    biases = written(network.get("biases", []), " / ")
    orientation = network.get("orientation", ORIENTATIONS[0])
    return {"init": TYPED, "weights": written_weights(network["weights"]), "biases": biases, "orientation": orientation}


def _name(known: Mapping[str, str | bool], value: str | bool) -> str:
    """The choice that stands for a value."""
    return next((name for name, said in known.items() if said == value), DETECTED)


def definition_without_paths(definition: Mapping[str, Any]) -> dict[str, Any]:
    """With only the name of a data file, where its folders should not be shown."""
    data = definition["data"]
    return {**definition, "data": {**data, "csv": Path(data["csv"]).name} if "csv" in data else data}
