"""The set-up's fields, and what they amount to: an experiment with its file, or what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.experiment import GOALS, Data, Experiment
from tui_backprop.core.goal import out_of_reach
from tui_backprop.core.initialisers import INITIALISERS
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.errors import BackpropError, ExperimentError
from tui_backprop.experiments.columns import MAY_BE_CLASSES, MISSING, Opener
from tui_backprop.experiments.draft import (
    BIAS,
    DATA,
    DECIMALS,
    DELIMITERS,
    ENCODINGS,
    HEADERS,
    TYPED,
    Draft,
    definition_without_paths,
    field_of,
)
from tui_backprop.experiments.reader import ORIENTATIONS
from tui_backprop.experiments.toml_text import toml_text
from tui_backprop.render.spans import safe
from tui_backprop.studio.audience import KIOSK_PARAMETERS, KIOSK_SAMPLES

_NAMES = 6
"""How many names of inputs or outputs are shown."""
_YES_NO = ("yes", "no")
FIELDS: dict[str, tuple[str, tuple[str, ...] | str]] = {
    "preset": ("preset", ()),
    "data": ("data", DATA),
    "file": ("file", "path of a CSV file"),
    "target": ("target", "a column; else the last"),
    "columns": ("inputs", "columns; else all others"),
    "classes": ("classes", "yes, or columns"),
    "missing": ("missing values", MISSING),
    "header": ("header", tuple(HEADERS)),
    "delimiter": ("delimiter", tuple(DELIMITERS)),
    "decimal": ("decimal sign", tuple(DECIMALS)),
    "encoding": ("encoding", tuple(ENCODINGS)),
    "typed": ("samples", "0 1 > 1; 1 1 > 0, or f5"),
    "samples": ("samples", "e.g. 200"),
    "noise": ("noise", "0 to 0.5"),
    "features": ("features", "x1,x2,x1^2,x1*x2,sin(x1)"),
    "test": ("test set", "a fraction, e.g. 0.3"),
    "data_seed": ("data's seed", "0"),
    "standardise": ("standardise", _YES_NO),
    "standardise_targets": ("targets, too", _YES_NO),
    "layers": ("hidden layers", "units, e.g. 8 or 8,6"),
    "hidden": ("activation", tuple(HIDDEN_ACTIVATIONS)),
    "output": ("output", tuple(ACTIVATIONS)),
    "bias": ("bias", tuple(BIAS)),
    "init": ("weights", (*INITIALISERS, TYPED)),
    "weights": ("W1 / W2 …", "1 2; 3 4 / 5; 6, or f4"),
    "orientation": ("rows of W", ORIENTATIONS),
    "biases": ("b1 / b2 …", "1 2 / 3, or f4"),
    "seed": ("seed", "a whole number"),
    "loss": ("loss", tuple(LOSSES)),
    "report": ("reported error", ("loss", "squared")),
    "optimizer": ("optimiser", tuple(OPTIMIZERS)),
    "momentum": ("momentum", "0.9"),
    "rate": ("rate", "e.g. 0.1"),
    "batch": ("batch", "samples, or full"),
    "shuffle": ("shuffle", _YES_NO),
    "l1": ("L1 penalty", "0, or e.g. 0.001"),
    "l2": ("L2 penalty", "0, or e.g. 0.001"),
    "round": ("decimals", "of predictions; else all"),
    "goal": ("converged at", GOALS),
    "stop": ("stop at error", "0"),
}
"""Label, and the names to choose from or what is to be typed."""


@dataclass(frozen=True, eq=False)
class Reading:
    """What `draft` amounts to: `text` is its file; there is either an `experiment` or a `mistake`."""

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
    def told(self) -> str:
        """In a line or two: the network and its samples, or what is wrong."""
        if self.experiment is None:
            return f"✕ {_brief(self.mistake, self.wrong)}" if self.mistake is not None else ""
        data, units = self.experiment.data, self.experiment.network.shape
        test = "" if data.test is None else f", {len(data.test):,} to test"
        few = next((f"  {note.split(':')[0]} may be classes: f2" for note in data.notes if MAY_BE_CLASSES in note), "")
        samples = f"{len(data):,} sample{'s' * (len(data) != 1)} to train on{test}"
        names = f"  {_names(data.input_names)} → {_names(data.target_names)}{few}"
        reason = out_of_reach(self.experiment)
        below = f"⚠ cannot be learned: {reason}" if reason else names
        return f"✓ {units}, {self.experiment.network.size:,} parameters; {samples}\n{below}"

    def samples_for(self, draft: Draft, units: Sequence[int]) -> Data | None:
        """Its samples, if they are those of another draft, too, whose layers have these `units`."""
        if self.experiment is None:
            return None
        mine, same = self.experiment.network.units, self.draft.data_fields == draft.data_fields
        return self.experiment.data if same and (mine[0], mine[-1]) == (units[0], units[-1]) else None


def read(draft: Draft, unsuited: bool, files: bool, open_csv: Opener, before: Reading) -> Reading:
    """Reads the draft; if it is `unsuited`, makes it suit its targets first. Takes over the samples of `before`, if so.

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
    """What is wrong; of a file also where."""
    if not isinstance(error, ExperimentError) or not field:
        return str(error)
    where = f"{error.key}: " if field == "file" and error.key else ""
    return f"{FIELDS[field][0]}: {where}{error.told}"


def _check_bounds(definition: Mapping[str, Any]) -> None:
    """Strangers get networks and data of a bounded size; looked at before anything of that size is made."""
    layers, samples = definition["network"]["layers"], definition["data"].get("samples", 0)
    if sum((below + 1) * above for below, above in pairwise(layers)) > KIOSK_PARAMETERS:
        raise ExperimentError("draft", "network.layers", "too many", f"at most {KIOSK_PARAMETERS:,} parameters here")
    if isinstance(samples, int) and samples > KIOSK_SAMPLES:
        raise ExperimentError("draft", "data.samples", f"{samples:,} are too many", f"at most {KIOSK_SAMPLES:,} here")
