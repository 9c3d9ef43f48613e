"""The command line that opens an experiment as it is: its name, and the options for the rest."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from tui_backprop.core.experiment import Experiment
from tui_backprop.errors import BackpropError
from tui_backprop.experiments.columns import MISSING, Opener
from tui_backprop.experiments.csv_files.file import TableFile
from tui_backprop.experiments.default_network import of_file
from tui_backprop.experiments.draft import Draft
from tui_backprop.experiments.fields import CSV, PRESETS_OWN
from tui_backprop.experiments.reader import Overrides, definition_of, load_experiment, variant


def arguments(experiment: Experiment) -> list[str] | None:
    """What to type after the program's name; None if no options lead there from a named experiment."""
    try:
        named = load_experiment(experiment.name, pipes=False)
        overrides = differences(named.definition, experiment.definition)
        again = variant(named, overrides)
    except BackpropError:  # an experiment from a mapping has no name that could be typed
        return None
    same = _plain(again.definition) == _plain(experiment.definition)
    if not same or again.initial.flat.tobytes() != experiment.initial.flat.tobytes():
        return None
    return [experiment.name, *options(overrides)]


def command_of(draft: Draft, open_csv: Opener = TableFile) -> str | None:
    """The command that opens a draft's experiment; None if that takes an experiment file."""
    if draft.data == CSV:
        suited = of_file(draft.file, draft.output, open_csv, draft.missing)
        words, base = ["--data", draft.file.strip()], suited.definition(open_csv)
        words += ["--missing", draft.missing] if draft.missing != MISSING[0] else []
    elif draft.data == PRESETS_OWN:
        words, base = [draft.preset], definition_of(draft.preset)
    else:
        return None
    wanted = draft.definition(open_csv)
    overrides = differences(base, wanted)
    if _plain(overrides.apply(base)) != _plain(wanted):
        return None
    return shlex.join(["tui-backprop", *words, *options(overrides)])


def options(overrides: Overrides) -> list[str]:
    """The changes as they are typed."""
    typed = []
    for key, value in overrides.given.items():
        if isinstance(value, bool):
            typed.append(f"--{'' if value else 'no-'}{key}")
        else:
            typed += [f"--{key}", ",".join(map(str, value)) if isinstance(value, list) else str(value)]
    return typed


def differences(named: Mapping[str, Any], wanted: Mapping[str, Any]) -> Overrides:
    """The overrides that turn a definition into `wanted`, if there are any."""
    network, training = wanted.get("network", {}), wanted.get("training", {})
    found = {**{key: network.get(key) for key in ("seed", "layers", "hidden", "output")}}
    found |= {key: training.get(key) for key in ("rate", "batch", "shuffle", "stop", "goal")}
    before = {**named.get("network", {}), **named.get("training", {})}
    changed = {key: value for key, value in found.items() if value is not None and value != before.get(key)}
    if set(wanted.get("data", {})) == {"csv"} and wanted["data"] != named.get("data"):
        changed["data"] = wanted["data"]["csv"]
    missing = wanted.get("data", {}).get("missing")
    if missing is not None and missing != named.get("data", {}).get("missing"):
        changed["missing"] = missing
    return Overrides(**changed)


def _plain(definition: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in definition.items() if key != "watch"}
