"""Edits and branches in words."""

from __future__ import annotations

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.edits import Edit, Value, What
from tui_backprop.core.run.moment import BranchPlace
from tui_backprop.render.numbers import full
from tui_backprop.render.spans import safe

_RULES = {"l1": "L1 penalty", "l2": "L2 penalty", "batch": "batch size", "optimizer": "optimiser"}


def place_name(what: What, place: tuple[int, ...], experiment: Experiment) -> str:
    """`W1[x1→h2]`, `x1 of sample #2`, `activation of h`, `rate`."""
    parameter = Edit(0, what, place, None).parameter
    if parameter is not None:
        return safe(parameter.name(experiment))
    if what in ("input", "target"):
        unit = Unit(0 if what == "input" else experiment.network.depth, place[1])
        return safe(f"{what} {unit.name(experiment)} of sample #{place[0]}")
    if what == "activation":
        return f"activation of layer {place[0]}"
    return _RULES.get(what, what)


def value_text(value: Value) -> str:
    """`0.25`, `on`, `adam`."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return full(value) if isinstance(value, float) else str(value)


def edit_text(edit: Edit, experiment: Experiment) -> str:
    """`W1[x1→h2] = 0.25`."""
    return f"{place_name(edit.what, edit.place, experiment)} = {value_text(edit.value)}"


def branch_text(branch: BranchPlace, experiment: Experiment) -> str:
    """`2: at step 12 W1[x1→h2] = 0.25; reached step 80`."""
    last = branch.edits[-1:]
    changed = [f"at step {edit.step:,} {edit_text(edit, experiment)}" for edit in last]
    earlier = f" (and {len(branch.edits) - 1} earlier)" if len(branch.edits) > 1 else ""
    what = f"{changed[0]}{earlier}" if changed else "no edits"
    return f"{safe(branch.name)}: {what}; reached step {branch.reached:,}"
