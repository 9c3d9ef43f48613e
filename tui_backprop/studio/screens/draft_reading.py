"""What the set-up's fields define: an experiment with its file, or a mistake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.goal import out_of_reach
from tui_backprop.errors import BackpropError, ExperimentError
from tui_backprop.experiments.columns import MAY_BE_CLASSES, Opener
from tui_backprop.experiments.draft import Draft, definition_without_paths
from tui_backprop.experiments.fields import FIELDS, field_of
from tui_backprop.experiments.toml_text import toml_text
from tui_backprop.render.spans import safe
from tui_backprop.studio.audience import KIOSK_PARAMETERS, KIOSK_SAMPLES

_NAMES = 6
"""How many names of inputs or outputs are shown."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What `draft` defines: `text` is its file; there is either an `experiment` or a `mistake`."""

    draft: Draft
    text: str = ""
    experiment: Experiment | None = None
    mistake: BackpropError | None = None
    unsuited: bool = False
    """Its output and loss have not been made to suit the targets yet."""

    @property
    def wrong(self) -> str:
        """The field that the mistake is in."""
        return field_of(self.mistake) if isinstance(self.mistake, ExperimentError) else ""

    @property
    def summary(self) -> str:
        """In a line or two: the network and its samples, or what is wrong."""
        if self.experiment is None:
            return f"✕ {_brief(self.mistake, self.wrong)}" if self.mistake is not None else ""
        data, units = self.experiment.data, self.experiment.network.shape
        test = "" if data.test is None else f", {len(data.test):,} to test on"
        few = next((f"  {note.split(':')[0]} may be classes: f2" for note in data.notes if MAY_BE_CLASSES in note), "")
        samples = f"{len(data):,} sample{'s' * (len(data) != 1)} to train on{test}"
        learned = tuple(self.experiment.definition["data"].get("target", ()))
        of = f"{_names(learned)}: " if len(learned) == len(data.target_names) and learned != data.target_names else ""
        names = f"  {_names(data.input_names)} → {of}{_names(data.target_names)}{few}"
        reason = out_of_reach(self.experiment)
        below = f"⚠ goal out of reach: {reason}" if reason else names
        return f"✓ {units}, {self.experiment.network.size:,} parameters; {samples}\n{below}"

    def samples_for(self, draft: Draft, units: Sequence[int]) -> Data | None:
        """These samples, if another `draft` whose layers have these `units` has the same; else None."""
        if self.experiment is None:
            return None
        mine, same = self.experiment.network.units, self.draft.data_fields == draft.data_fields
        return self.experiment.data if same and (mine[0], mine[-1]) == (units[0], units[-1]) else None


def read(draft: Draft, unsuited: bool, files: bool, open_csv: Opener, before: Reading) -> Reading:
    """Reads the draft; if it is `unsuited`, makes it suit its targets first. Reuses the samples of `before` if it can.

    Without `files` paths are left out, and sizes are bounded. Raises whatever else `open_csv` does.
    """
    text = ""
    try:
        if unsuited:
            draft, unsuited = draft.suited(open_csv), False
        definition = draft.definition(open_csv)
        if not files:
            _check_bounds(definition)
        text = toml_text(definition if files else definition_without_paths(definition))
        experiment = draft.experiment(before.samples_for(draft, definition["network"]["layers"]), open_csv)
    except BackpropError as error:
        return Reading(draft, text, mistake=error, unsuited=unsuited)
    notes = "".join(f"# {note}\n" for note in experiment.data.notes)
    return Reading(draft, notes + text, experiment)


def _names(names: tuple[str, ...]) -> str:
    return safe(", ".join(names[:_NAMES]) + " …" * (len(names) > _NAMES))


def _brief(error: BackpropError, field: str) -> str:
    """What is wrong; in a file, also where."""
    if not isinstance(error, ExperimentError) or not field:
        return str(error)
    where = f"{error.key}: " if field == "file" and error.key else ""
    return f"{FIELDS[field].label}: {where}{error.detail}"


def _check_bounds(definition: Mapping[str, Any]) -> None:
    """In a kiosk networks and data are bounded; checked before anything of that size is made."""
    layers, samples = definition["network"]["layers"], definition["data"].get("samples", 0)
    if sum((below + 1) * above for below, above in pairwise(layers)) > KIOSK_PARAMETERS:
        raise ExperimentError("draft", "network.layers", "too many", f"at most {KIOSK_PARAMETERS:,} parameters here")
    if isinstance(samples, int) and samples > KIOSK_SAMPLES:
        raise ExperimentError("draft", "data.samples", f"{samples:,} are too many", f"at most {KIOSK_SAMPLES:,} here")
