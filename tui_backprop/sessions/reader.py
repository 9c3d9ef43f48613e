"""Sessions read back from text, by the rules for experiment files: any mistake in one is a `BackpropError`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import frozen
from tui_backprop.core.experiment import Data, Experiment, Scale
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.run.branch import MOST_BRANCHES, Branch
from tui_backprop.core.run.edits import Edit, What
from tui_backprop.core.run.moment import START, BranchPlace, Phase, phases
from tui_backprop.core.run.timeline import FURTHEST
from tui_backprop.errors import BackpropError, ExperimentError, one_line
from tui_backprop.experiments import load_experiment
from tui_backprop.experiments.features import FEATURES, Expansion
from tui_backprop.experiments.schema import Section
from tui_backprop.reading.numerals import counted
from tui_backprop.sessions.writer import DERIVED, FORMAT, INITIAL, VERSION, checksum_of

_READABLE = (1, 2, 3, VERSION)
_HALF_CHARACTER = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Head:
    """A session at a glance: the experiment's name, the cursor, and when it was saved."""

    experiment: str
    step: int
    phase: str
    saved: datetime


@dataclass(frozen=True, eq=False)
class Session:
    """A session that has been read: its experiment starts from the parameters that were saved.

    The cursor is at `step` and `phase` of the branch at number `present`.
    """

    experiment: Experiment
    step: int
    phase: Phase
    saved: datetime
    branches: tuple[BranchPlace, ...]
    present: int
    note: str = ""
    """One sentence that the user should know, or empty."""


def decode_head(data: bytes, source: str) -> Head:
    """A session's summary, read without its experiment; `source` names it in errors."""
    return _head(Section(source, "", _document(data, source)))


def decode(data: bytes, source: str) -> Session:
    """Reads a session by the rules for experiment files; whatever is wrong with it is a `BackpropError`."""
    document = _document(data, source)
    keys = Section(source, "", document)
    head = _head(keys)
    experiment = replace(_experiment(keys, document, source), name=head.experiment)
    branches = _branches(keys, head, experiment)
    present = keys.integer("present", 0, 0, len(branches) - 1)
    keys.done()
    _check_phase(keys, "cursor.phase", head.step, head.phase, experiment)
    differs = _made_by_an_older_formula(document) or (document["version"] < 3 and _other_steps(experiment, branches))
    note = "It was saved by an earlier version: the last digits of numbers may differ." if differs else ""
    return Session(experiment, head.step, Phase(head.phase), head.saved, branches, present, note)


def _made_by_an_older_formula(document: Mapping[str, Any]) -> bool:
    """Whether it needs samples from a formula whose last digits used to differ between machines."""
    data = document["definition"]["data"]
    if "csv" in data or data.get("generator") == "gauss":  # a file, or points that are entirely different now
        return False
    return "data_sha256" in document and bool(document["version"] < 4)


def _other_steps(experiment: Experiment, branches: tuple[BranchPlace, ...]) -> bool:
    """Whether the steps had other last digits up to version 2."""
    runs = [(Branch(experiment, branch.edits), edit.step + 1) for branch in branches for edit in branch.edits]
    for each in (experiment, *(run.trainer(step).experiment for run, step in runs)):
        curved = any(ACTIVATIONS[name].curved for name in each.network.activations)
        if curved or each.training.batch > 1 or OPTIMIZERS[each.training.optimizer].aged:
            return True
    return False


def _branches(keys: Section, head: Head, experiment: Experiment) -> tuple[BranchPlace, ...]:
    listed = keys.listed("branches")
    if listed is None:
        return (BranchPlace("1", (), head.step, head.phase, max(0, head.step - 1)),)
    if not 1 <= len(listed) <= MOST_BRANCHES:
        raise keys.error("branches", f"{len(listed)} of them", f"1 to {MOST_BRANCHES}")
    return tuple(_branch(keys.within(f"branches[{n}]", entry), experiment) for n, entry in enumerate(listed))


def _branch(keys: Section, experiment: Experiment) -> BranchPlace:
    edits = []
    for number, entry in enumerate(keys.listed("edits") or ()):
        edit = keys.within(f"edits[{number}]", entry)
        place = edit.integers("place", 0, FURTHEST)
        value = edit.scalar("value")
        step, what = edit.integer("step", -1, 0, FURTHEST), cast(What, edit.text("what", ""))  # checked by the branch
        edits.append(Edit(step, what, tuple(place), value))
        edit.done()
    step, phase = keys.integer("step", -1, 0, FURTHEST), keys.text("phase", "")
    found = BranchPlace(keys.text("name", ""), tuple(edits), step, phase, keys.integer("reached", -1, 0, FURTHEST))
    keys.done()
    _check_phase(keys, "phase", step, phase, experiment)
    try:
        Branch(experiment, found.edits)
    except BackpropError as error:
        raise keys.error("edits", error.message, error.hint) from None
    return found


def _check_phase(keys: Section, key: str, step: int, phase: str, experiment: Experiment) -> None:
    names = phases(experiment.network.depth) if step else (START,)
    if phase not in names:
        raise keys.error(key, f"no {phase!r} in step {step}", " | ".join(names))


def _document(data: bytes, source: str) -> dict[str, Any]:
    """The JSON object in `data`, if it is a session of a version that can be read."""
    try:
        document = json.loads(data.decode("utf-8"))
        if _HALF_CHARACTER.search(data):
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise _damaged(source, "is nested too deeply") from None
    except UnicodeError:
        raise _damaged(source, "is not text in UTF-8") from None
    except ValueError as error:  # an integer of thousands of digits, too
        raise _damaged(source, f"is not valid JSON: {error}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise _damaged(source, "is not a session")
    version = document.get("version")
    if type(version) is not int or version not in _READABLE:
        raise BackpropError(f"{source}: a session of another version", f"this program reads up to version {VERSION}")
    return document


def _damaged(source: str, what: str) -> BackpropError:
    return BackpropError(f"{source}: {what}", "expected a session saved by the studio")


def _head(keys: Section) -> Head:
    keys.text("format", "")
    keys.integer("version", VERSION, min(_READABLE), max(_READABLE))
    cursor = keys.section("cursor")
    step, phase = cursor.integer("step", -1, 0, FURTHEST), cursor.text("phase", "")
    cursor.done()
    return Head(keys.text("experiment", "experiment"), step, phase, _time(keys))


def _time(keys: Section) -> datetime:
    text = keys.text("saved", "")
    try:
        saved = datetime.fromisoformat(text)
    except ValueError:
        saved = datetime.min
    if saved.tzinfo is None or not 1970 <= saved.year < 9999:
        raise keys.error("saved", f"{text!r} is not a date and time", "a date, a time, and its offset from UTC")
    return saved.astimezone(UTC)


def _experiment(keys: Section, document: dict[str, Any], source: str) -> Experiment:
    for key in ("definition", "initial"):
        keys.section(key)
    definition = _with_initial(document.get("definition", {}), document.get("initial", {}), keys)
    _check_data_file(definition, source)
    try:
        experiment = load_experiment(_without_equal_names(definition))
    except ExperimentError as error:
        raise BackpropError(f"{source}: {error.message}", error.hint) from None
    names = keys.strings("target_names")
    if names is None or len(names) != experiment.network.units[-1]:
        raise keys.error("target_names", "do not fit", "one name for each output")
    checksum, data = keys.text("data_sha256", ""), experiment.data
    exact = DERIVED.intersection(definition["data"]) - {"test"} and not _made_by_an_older_formula(document)
    if exact and checksum != checksum_of(data):
        origin = definition["data"].get("csv", "its data")
        raise BackpropError(
            f"{source}: {origin} has changed since the session was saved", "it needs the samples as they were"
        )
    standardised = keys.flag("standardised", data.standardised)
    expand = _expansion(keys.section("features"), data) if keys.has("features") else data.expand
    notes = keys.strings("notes")
    scales = keys.section("scales") if keys.has("scales") else Section("", "", {})
    input_scale = _scale(scales, "inputs", data.inputs.shape[1]) or data.input_scale
    target_scale = _scale(scales, "targets", data.targets.shape[1]) or data.target_scale
    scales.done()
    parts = [
        replace(
            part,
            target_names=tuple(names),
            standardised=standardised,
            expand=expand,
            input_scale=input_scale,
            target_scale=target_scale,
            notes=data.notes if notes is None else tuple(map(one_line, notes)),
        )
        for part in (data, data.test)
        if part
    ]
    return replace(experiment, data=replace(parts[0], test=parts[1] if parts[1:] else None))


def _scale(keys: Section, key: str, columns: int) -> Scale | None:
    """The scale at a key, if there is one."""
    if not keys.has(key):
        return None
    rows = keys.table(key, columns)
    if len(rows) != 2 or not (rows[1] > 0).all():
        raise keys.error(key, "is not a mean and a deviation", "two rows, the second above 0")
    return Scale(frozen(rows[0]), frozen(rows[1]))


def _expansion(keys: Section, data: Data) -> Expansion:
    """How the inputs are computed from two others."""
    names = tuple(keys.chosen("names", name, tuple(FEATURES)) for name in keys.strings("names") or ())
    if len(names) != data.inputs.shape[1]:
        raise keys.error("names", f"has {counted(len(names), 'name')}", f"{data.inputs.shape[1]}, one for each input")
    scale = _scale(keys, "scale", len(names))
    keys.done()
    return Expansion(names, scale)


def _with_initial(definition: Mapping[str, Any], initial: Mapping[str, Any], keys: Section) -> dict[str, Any]:
    """The definition with the parameters that were saved as its explicit ones."""
    for key in INITIAL:
        if not isinstance(initial.get(key), list):
            raise keys.error(f"initial.{key}", "is missing", "an array for each layer")
    network = definition.get("network")
    if not isinstance(network, Mapping):
        return {**definition, "network": network}
    network = {**network, "weights": initial["weights"], "biases": initial["biases"]}
    if not initial["biases"] and not network.get("bias"):
        del network["biases"]
    return {**definition, "network": network}


def _without_equal_names(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition without names that two inputs or two outputs share: experiments used to be free to have them."""
    data = definition.get("data")
    if not isinstance(data, Mapping):
        return definition
    named = {key: data[key] for key in ("names", "target_names") if isinstance(data.get(key), list)}
    equal = [key for key, names in named.items() if any(name in names[:place] for place, name in enumerate(names))]
    return {**definition, "data": {key: value for key, value in data.items() if key not in equal}}


def _check_data_file(definition: Mapping[str, Any], source: str) -> None:
    """Only a regular file is read for samples: reading another kind might never end."""
    data = definition.get("data")
    path = data.get("csv") if isinstance(data, Mapping) else None
    if isinstance(path, str) and not os.path.isfile(path):
        raise BackpropError(f"{source}: its samples were in {path}, which is not a file", "it needs the samples")
