"""Changes that the user makes in the middle of a run: events at a step, which going back does not undo."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.experiment import RANGES, Experiment, NumberRule
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import BiasMode, Parameters
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Bias, Parameter, Weight
from tui_backprop.errors import BackpropError, perhaps

Value = float | str | bool | None

Rule = NumberRule | Literal["batch", "shuffle", "optimizer"]
What = Literal["weight", "bias", "input", "target", "activation"] | Rule
RULES: tuple[Rule, ...] = (*RANGES, "batch", "shuffle", "optimizer")
"""Rules of the training that can be changed."""
BY_EPOCH = ("batch", "shuffle")
"""Rules that hold for whole epochs: a change waits for the end of the present one."""


@dataclass(frozen=True)
class Edit:
    """From the end of step `step` on, `what` is `value`; `place` says which, where there are many of it.

    `what` is "weight" (layer, row, column), "bias" (layer, column), "input" or "target" (sample, column),
    "activation" (layer,), or one of `RULES`, which need no place. Layers count from 1, all else from 0.
    """

    step: int
    what: What
    place: tuple[int, ...]
    value: Value

    @property
    def parameter(self) -> Parameter | None:
        """The weight or bias that it changes, if it is one."""
        if self.what == "weight":
            return Weight(*self.place)
        return Bias(*self.place) if self.what == "bias" else None

    @property
    def of_parameter(self) -> bool:
        """Whether it changes a parameter, rather than the experiment."""
        return self.what in ("weight", "bias")


def present_value(edit: Edit, experiment: Experiment, parameters: Parameters) -> Value:
    """What the edit would replace. Raises `BackpropError` where there is no such thing."""
    if edit.what in RULES and edit.place == ():
        value: Value = getattr(experiment.training, edit.what)
        return value
    if edit.what == "activation" and len(edit.place) == 1 and 1 <= edit.place[0] <= experiment.network.depth:
        return experiment.network.activations[edit.place[0] - 1]
    array = _array(edit, experiment, parameters)
    place = _within(edit)
    if (
        array is None
        or len(place) != array.ndim
        or not all(0 <= i < n for i, n in zip(place, array.shape, strict=True))
    ):
        raise BackpropError(f"nothing to edit: {edit.what} {list(edit.place)}", "see tui-backprop help screen")
    return float(array[place])


def with_parameter(parameters: Parameters, edit: Edit) -> Parameters:
    """Copies the parameters, with the edited one changed."""
    assert edit.parameter is not None
    flat = parameters.flat.copy()
    flat[edit.parameter.index(parameters.network)] = edit.value
    return Parameters(parameters.network, frozen(flat))


def with_edit(experiment: Experiment, edit: Edit) -> Experiment:
    """The experiment as it is after the edit; the same one where a parameter was edited.

    Raises `BackpropError` for a value that does not fit.
    """
    present_value(edit, experiment, experiment.initial)
    if edit.of_parameter:
        _finite(edit)
        return experiment
    if edit.what in ("input", "target"):
        return _with_sample(experiment, edit)
    if edit.what == "activation":
        return _with_activation(experiment, edit)
    changes: dict[str, Any] = {edit.what: _rule(experiment, edit)}
    return replace(experiment, training=replace(experiment.training, **changes))


def _array(edit: Edit, experiment: Experiment, parameters: Parameters) -> Array | None:
    if edit.what in ("input", "target"):
        return experiment.data.inputs if edit.what == "input" else experiment.data.targets
    if not edit.of_parameter or not edit.place or not 1 <= edit.place[0] <= experiment.network.depth:
        return None
    if edit.what == "weight":
        return parameters.weights[edit.place[0] - 1]
    return parameters.biases[edit.place[0] - 1] if experiment.network.bias is not BiasMode.NONE else None


def _within(edit: Edit) -> tuple[int, ...]:
    """The place within the array that holds it."""
    return edit.place[1:] if edit.of_parameter else edit.place


def _finite(edit: Edit) -> float:
    if isinstance(edit.value, bool) or not isinstance(edit.value, int | float) or not math.isfinite(edit.value):
        raise BackpropError(f"{edit.value!r} is not a finite number", "e.g. 0.25")
    return float(edit.value)


def _rule(experiment: Experiment, edit: Edit) -> Value:
    value = edit.value
    if edit.what in RANGES:
        number = _finite(edit)
        if RANGES[edit.what].side(number):
            raise BackpropError(f"a {edit.what} of {number:g} is out of range", f"a number {RANGES[edit.what]}")
        return number
    if edit.what == "batch":
        samples = len(experiment.data)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= samples:
            raise BackpropError(f"{value!r} is not a batch size", f"a whole number from 1 to {samples}")
    elif edit.what == "shuffle":
        if not isinstance(value, bool):
            raise BackpropError(f"shuffle is on or off, not {value!r}", "on | off")
    elif value not in OPTIMIZERS:
        raise BackpropError(f"unknown optimizer {value!r}{perhaps(str(value), OPTIMIZERS)}", " | ".join(OPTIMIZERS))
    return value


def _with_sample(experiment: Experiment, edit: Edit) -> Experiment:
    loss, value, data = LOSSES[experiment.training.loss], _finite(edit), experiment.data
    if edit.what == "target" and loss.shares:
        raise BackpropError("the targets of a sample sum to 1 here", "edit an input, or use another loss")
    if edit.what == "target" and not loss.least <= value <= loss.most:
        raise BackpropError(
            f"{loss.name} does not allow a target of {value:g}", f"a target from {loss.least:g} to {loss.most:g}"
        )
    array = (data.inputs if edit.what == "input" else data.targets).copy()
    array[edit.place] = value
    if edit.what == "input":
        return replace(experiment, data=replace(data, inputs=frozen(array)))
    return replace(experiment, data=replace(data, targets=frozen(array)))


def _with_activation(experiment: Experiment, edit: Edit) -> Experiment:
    layer, network = edit.place[0], experiment.network
    choices = tuple(ACTIVATIONS) if layer == network.depth else HIDDEN_ACTIVATIONS
    required = LOSSES[experiment.training.loss].requires if layer == network.depth else None
    if required is not None:
        choices = (required,)
    if edit.value not in choices:
        raise BackpropError(f"{edit.value!r} cannot be the activation of this layer", " | ".join(choices))
    activations = (*network.activations[: layer - 1], str(edit.value), *network.activations[layer:])
    return replace(experiment, network=replace(network, activations=activations))


def is_change(old: Value, new: Value) -> bool:
    """Whether the new value differs, to the last bit: −0.0 is not 0.0."""
    if isinstance(old, float) and isinstance(new, int | float) and not isinstance(new, bool):
        return np.float64(old).tobytes() != np.float64(new).tobytes()
    return old != new
