"""Signs of trouble in sentences: what they mean, which columns are to blame, and what helps."""

from __future__ import annotations

from tui_backprop.core.activations import LINEAR, SIGMOID
from tui_backprop.core.diagnostics.scaling import close_together, unscaled
from tui_backprop.core.diagnostics.signs import cross_entropy_fits
from tui_backprop.core.diagnostics.verdict import ALIKE, FLAT_OUTPUT, HARDLY, PENALTY, SLOW, Trouble, verdict
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import given
from tui_backprop.render.spans import Line, Span, paragraph, safe

_MOST = 3
"""Columns that are named."""
_UNSEEN = (PENALTY, ALIKE, FLAT_OUTPUT, SLOW)
"""What their views do not say by themselves."""


def advice(moment: Moment, view: str, columns: int) -> list[Line]:
    """What helps against the trouble in the header, if `view` is the one that it points to."""
    found = verdict(moment)
    if found is None or found.view != view:
        return []
    unseen = [Span(f"{found.trouble.means} ", "warn")] if found.trouble in _UNSEEN else []
    scale = (
        ""
        if found.trouble in (PENALTY, ALIKE)
        else scale_advice(moment.ahead.data, found.trouble in HARDLY, " (set-up: ctrl+n)")
    )
    helps = Span(scale, "warn") if scale else Span(f"What helps: {_helps(found.trouble, moment.ahead)}.", "dim")
    return paragraph(columns, *unseen, helps)


def _helps(trouble: Trouble, experiment: Experiment) -> str:
    """What helps, without what is in place already or refused. All columns are scaled here."""
    hidden = experiment.network.activations[:-1]
    drawn = "weights" not in experiment.definition.get("network", {})
    in_place = {
        "scaled inputs": True,
        "scaled columns": True,
        "init xavier or he": drawn and experiment.init.startswith(("xavier", "he")),
        "biases": bool(experiment.initial.biases),
        "a cross-entropy loss": not cross_entropy_fits(experiment),
        "relu or tanh for linear": LINEAR.name not in hidden,
        "relu or tanh for sigmoid": SIGMOID.name not in hidden,
    }
    return "; ".join(cure for cure in trouble.helps.split("; ") if not in_place.get(cure))


def scale_advice(data: Data, close: bool, way: str = "") -> str:
    """Which columns should be scaled, their ranges, and how that is done, with a quicker `way`; empty if none.

    They have large numbers, or if `close`, such as lie close together.
    """
    found = unscaled(data) or (close_together(data) if close else ())
    if not found:
        return ""
    ranges = [f"{safe(column.name)} from {given(column.low)} to {given(column.high)}" for column in found[:_MOST]]
    more = [f"{len(found) - _MOST} more"] if len(found) > _MOST else []
    keys = [
        key
        for key, target in (("standardise = true", False), ("standardise_targets = true", True))
        if any(column.target is target for column in found)
    ]
    return f"Not scaled: {', '.join([*ranges, *more])}. Set {' and '.join(keys)} in [data]{way}."


def why_grown(data: Data) -> str:
    """The likely reason for numbers that are no longer finite, or an error that grows."""
    columns = unscaled(data)
    if not columns:
        return "the rate may be too large"
    return f"{safe(columns[0].name)} {f'and {len(columns) - 1} more are' if len(columns) > 1 else 'is'} not scaled"
