"""The phases of a step, in order, and the moment: everything that is known at one of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Literal, cast

import numpy as np

from tui_backprop.core.arrays import Array, sum_in_order
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.optimizers import Memory
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.edits import Edit
from tui_backprop.core.run.past import Past, PastStep

PhaseKind = Literal["start", "input", "sum", "activate", "error", "upstream", "mask", "gradient", "update"]


class Phase(str):
    """A stage within a step, such as `"sum1"`: a plain string that knows its kind and its layer."""

    __slots__ = ()

    @property
    def kind(self) -> PhaseKind:
        """`"sum"` of `"sum1"`."""
        return cast(PhaseKind, self.rstrip("0123456789"))

    @property
    def layer(self) -> int:
        """1 of `"sum1"`; 0 where a phase belongs to no single layer."""
        return int(self[len(self.kind) :] or 0)

    @property
    def backward(self) -> bool:
        """Whether error flows in this phase, from the output towards the input."""
        return self.kind in ("upstream", "mask", "gradient", "update")


START = Phase("start")
"""Before the first step: only the initial parameters are known."""


@lru_cache
def phases(depth: int) -> tuple[Phase, ...]:
    """The phases of one step of a network with `depth` layers of weights."""
    forward = [f"{kind}{layer}" for layer in range(1, depth + 1) for kind in ("sum", "activate")]
    backward = [f"{kind}{layer}" for layer in range(depth - 1, 0, -1) for kind in ("upstream", "mask")]
    return tuple(Phase(name) for name in ["input", *forward, "error", *backward, "gradient", "update"])


@dataclass(frozen=True)
class BranchPlace:
    """A branch of the run: its name, its edits, where the cursor is or was last, the furthest step ever made."""

    name: str
    edits: tuple[Edit, ...]
    step: int
    phase: str
    reached: int


@dataclass(frozen=True)
class Snapshot:
    """What a session keeps of a run, named as in a `Moment`: the experiment, the cursor, and all branches."""

    base: Experiment
    step: int
    phase: Phase
    branches: tuple[BranchPlace, ...]
    present: int


@dataclass(frozen=True, eq=False)
class Moment:
    """One instant of a run, immutable; every pane shows the same one.

    At the start `step` is 0 and `passage` None. Otherwise step `step` is under way, as far as `phase`, with the
    parameters `before` it and `after` it. `samples` are the data rows of the step. `errors` (epochs,) are those
    of all epochs computed so far, beyond this moment too where the run has been there; `goal_at` is the first of these
    since the last edit that reached the goal. `recent` are the steps of
    this epoch before this one (the last few of them): their first data row and their reported error.
    Layers count from 1 as in the equations. What this phase has not reached yet is None.

    `order` is the step's place in its epoch, from 1 (0 at the start). `memory_before` and `memory_after` are the
    optimiser's. `edits` were made where this step begins, or, once it is complete, where it ends; then `edited` are
    the parameters with them, and `ahead` the experiment from there on. `base` is the experiment without any
    edits. `branches` are all branches, this one at number `present`; `ghosts` the errors of the others.
    `past` makes the steps that led here again.
    """

    experiment: Experiment
    step: int
    epoch: int
    phase: Phase
    samples: tuple[int, ...]
    before: Parameters
    after: Parameters
    passage: Pass | None
    errors: Array
    goal_at: int | None = None
    recent: tuple[tuple[int, float], ...] = ()
    error_before: float = 0.0
    shown: int = 0
    order: int = 0
    memory_before: Memory = field(kw_only=True)
    memory_after: Memory = field(kw_only=True)
    edits: tuple[Edit, ...] = ()
    edited: Parameters | None = None
    ahead: Experiment = field(kw_only=True)
    base: Experiment = field(kw_only=True)
    branches: tuple[BranchPlace, ...] = ()
    present: int = 0
    ghosts: tuple[Array, ...] = ()
    past: Past = field(kw_only=True)

    def __repr__(self) -> str:
        return f"Moment({self.experiment.name!r}, {self.where})"

    @property
    def where(self) -> str:
        """Step, epoch and phase, in words."""
        return f"step {self.step}, epoch {self.epoch}, {self.phase}" if self.step else START

    @property
    def edits_so_far(self) -> tuple[Edit, ...]:
        """The edits that count at this moment."""
        return tuple(edit for edit in self.branches[self.present].edits if edit.step <= self.position)

    @property
    def sample(self) -> int | None:
        """The data row that is shown: the step's only one, or the one chosen of a mini-batch."""
        return self.samples[self.shown] if self.samples else None

    @property
    def complete(self) -> bool:
        """Whether the step is over (so is the start)."""
        return self.phase in (START, "update")

    @property
    def position(self) -> int:
        """The number of steps completed."""
        return self.step if self.complete else self.step - 1

    @property
    def epochs_completed(self) -> int:
        """The number of epochs completed at this moment."""
        over = self.complete and self.order == self.experiment.steps_per_epoch
        return self.epoch if over else max(0, self.epoch - 1)

    def reached(self, phase: str) -> bool:
        """Whether `phase` of this step has been computed: the one place that decides what is known."""
        if self.passage is None:
            return False
        order = phases(self.experiment.network.depth)
        return order.index(self.phase) >= order.index(Phase(phase))

    @cached_property
    def _pass(self) -> Pass | None:
        return None if self.passage is None else self.passage.sample(self.shown)

    def activation(self, layer: int) -> Array | None:
        """a[l] (units,) of the sample; layer 0 is the input."""
        known = f"activate{layer}" if layer else "input"
        return self._pass.activation(layer) if self._pass is not None and self.reached(known) else None

    def sum(self, layer: int) -> Array | None:
        """z[l] (units,)."""
        return self._pass.z[layer - 1] if self._pass is not None and self.reached(f"sum{layer}") else None

    @property
    def prediction(self) -> Array | None:
        """ŷ (outputs,), rounded where the experiment says so."""
        output = f"activate{self.experiment.network.depth}"
        return self._pass.prediction if self._pass is not None and self.reached(output) else None

    @property
    def target(self) -> Array | None:
        """y (outputs,), known from the error phase on."""
        return self._pass.target if self._pass is not None and self.reached("error") else None

    @property
    def error(self) -> float | None:
        """The reported error of the sample."""
        return float(self._pass.error) if self._pass is not None and self.reached("error") else None

    def upstream(self, layer: int) -> Array | None:
        """∂E/∂a (units,) of a hidden layer."""
        return self._pass.upstream[layer - 1] if self._pass is not None and self.reached(f"upstream{layer}") else None

    def mask(self, layer: int) -> Array | None:
        """f′(z) (units,), from the phase on that multiplies by it."""
        known = "error" if layer == self.experiment.network.depth else f"mask{layer}"
        return self._pass.mask[layer - 1] if self._pass is not None and self.reached(known) else None

    def delta(self, layer: int) -> Array | None:
        """δ (units,)."""
        known = "error" if layer == self.experiment.network.depth else f"mask{layer}"
        return self._pass.delta[layer - 1] if self._pass is not None and self.reached(known) else None

    @property
    def gradients(self) -> Parameters | None:
        """∂E of every parameter, laid out as they are, averaged over a mini-batch."""
        return self.passage.gradients if self.passage is not None and self.reached("gradient") else None

    def gradient(self, layer: int) -> Array | None:
        """∂E/∂W[l] (fan_in, fan_out)."""
        return self.gradients.weights[layer - 1] if self.gradients is not None else None

    def bias_gradient(self, layer: int) -> Array | None:
        """∂E/∂b[l] (fan_out,); None, too, where units have no bias."""
        return self.gradients.biases[layer - 1] if self.gradients is not None and self.gradients.biases else None

    @property
    def updated(self) -> bool:
        """Whether this step's update has been made."""
        return self.passage is not None and self.reached("update")

    @property
    def made(self) -> PastStep | None:
        """This step as it was made, once its update is."""
        if self.passage is None or not self.updated:
            return None
        return PastStep(self.step, self.experiment, self.samples, self.before, self.after, self.passage)

    @property
    def parameters(self) -> Parameters:
        """The parameters that hold at this moment."""
        return self.edited or self.after if self.updated or not self.step else self.before

    @property
    def epoch_error(self) -> float | None:
        """The reported error summed over this epoch so far; None before its first error is known."""
        if self.passage is not None and self.reached("error"):
            return sum_in_order(np.append(self.error_before, self.passage.error))
        return self.error_before if self.recent else None

    @property
    def converged_at(self) -> int | None:
        """The first epoch since the last edit, up to this moment, that reached the goal."""
        return self.goal_at if self.goal_at is not None and self.goal_at <= self.epochs_completed else None

    @cached_property
    def finite(self) -> bool:
        """Whether all parameters are finite numbers."""
        return bool(np.isfinite(self.parameters.flat).all())

    def showing(self, row: int) -> Moment:
        """This moment with another sample of its mini-batch shown."""
        return replace(self, shown=row)
