"""The network, loss and goal that suit a CSV file when the user says nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tui_backprop.core.activations import JOINT_ACTIVATIONS
from tui_backprop.core.experiment import ALL_RIGHT, SMALL_ERROR, Experiment
from tui_backprop.core.losses import suited_to_output
from tui_backprop.experiments.columns import MISSING, Opener
from tui_backprop.experiments.csv_cache import CsvCache
from tui_backprop.experiments.csv_files.text import shown_path
from tui_backprop.experiments.draft import SMALL, Draft, from_preset
from tui_backprop.experiments.fields import CSV
from tui_backprop.experiments.reader import Overrides, assemble
from tui_backprop.experiments.typed_values import joined


def of_file(
    file: str, output: str | None, open_csv: Opener, missing: str | None = None, target: Sequence[str] = ()
) -> Draft:
    """The draft that suits a CSV file; an `output` given by the user brings its loss along."""
    draft = from_preset("article").changed("data", CSV).changed("file", file)
    draft = draft.changed("target", joined(target)).changed("missing", missing or MISSING[0]).suited(open_csv)
    if output in (None, draft.output):
        return draft
    found = replace(draft, output=str(output), loss=suited_to_output(str(output)))
    if output in JOINT_ACTIVATIONS:
        return replace(found, goal=ALL_RIGHT, standardise_targets="no")
    return replace(found, goal=SMALL_ERROR, stop=draft.stop or SMALL)


def experiment_of(
    file: str,
    overrides: Overrides,
    open_csv: Opener | None = None,
    name: str | None = None,
    target: Sequence[str] = (),
) -> Experiment:
    """The experiment that suits a CSV file, with changes; without a `target` the last column is learned."""
    open_csv = open_csv or CsvCache().open_blocking(lambda rows: None)
    name = name or Path(shown_path(file)).stem
    definition = of_file(file, overrides.output, open_csv, overrides.missing, target).definition(open_csv)
    return assemble(name, replace(overrides, data=None, missing=None).apply(definition), open_csv=open_csv)
