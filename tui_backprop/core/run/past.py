"""The steps that led to a moment, recomputed on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.network import Parameters
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.branch import Branch

RECOMPUTE_BUDGET = 4_000_000
"""Parameters times samples that may be recomputed to look back; beyond, only stored states are used."""
_MOST_KEPT = 512
_MOST_STEPS_KEPT = 64


class PastStep(NamedTuple):
    """A step as it was made: its data rows, its pass, and the parameters around it."""

    number: int
    experiment: Experiment
    samples: tuple[int, ...]
    before: Parameters
    after: Parameters
    passage: Pass


class Past:
    """The steps of one branch of a run. As a branch is a pure function of the step number, so is all this."""

    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self._kept: dict[Any, Any] = {}

    @property
    def interval(self) -> int:
        """Steps between two stored states; those between have to be computed again."""
        return self.branch.interval

    def steps(self, first: int, last: int) -> Iterator[PastStep]:
        """The steps from number `first` to `last`, both counted from 1."""
        state = self.branch.state_at(first - 1)
        while state.step < last:
            trainer = self.branch.trainer(state.step + 1)
            before = state
            passage, state = trainer.record(state)
            samples = trainer.samples(state.step)
            yield PastStep(state.step, trainer.experiment, samples, before.parameters, state.parameters, passage)
            state = self.branch.with_edits(state)

    def of_steps(
        self, what: str, first: int, last: int, take: Callable[[PastStep], Any], present: PastStep | None
    ) -> list[Any]:
        """What `take` gives of each step from `first` to `last`, computed the first time only.

        The `present` step is available. Where the others would take too long, the list begins after the last that does.
        """
        known: dict[int, Any] = self.cached(what, dict)
        if present is not None and first <= present.number <= last and present.number not in known:
            known[present.number] = take(present)
        missing = [number for number in range(first, last + 1) if number not in known]
        if missing:
            again = missing[-1] - self.branch.nearest(missing[0] - 1).step
            if again * self.cost(missing[-1]) > RECOMPUTE_BUDGET:
                first = missing[-1] + 1
            else:
                for step in self.steps(missing[0], missing[-1]):
                    known[step.number] = take(step)
        for number in [number for number in known if abs(number - last) > _MOST_STEPS_KEPT]:
            del known[number]
        return [known[number] for number in range(first, last + 1)]

    def cost(self, step: int) -> int:
        """Parameters times samples of a step: what it takes to make it again."""
        experiment = self.branch.trainer(step).experiment
        return experiment.network.size * min(experiment.training.batch, len(experiment.data))

    def parameters(self, step: int) -> Parameters:
        """The parameters after step `step`, with its edits made."""
        return self.branch.state_at(step).parameters

    def epoch_start(self, step: int) -> int:
        """How many steps were over when the epoch of step `step` began."""
        return step - 1 - self.branch.trainer(step).steps_into_epoch(step - 1) if step else 0

    def cached(self, key: Any, compute: Callable[[], Any]) -> Any:
        """What `compute` gives, computed the first time only; the oldest results are forgotten."""
        if key not in self._kept:
            self._kept[key] = compute()
            self._forget()
        return self._kept[key]

    def _forget(self) -> None:
        surplus: Iterable[Any] = islice(self._kept, max(0, len(self._kept) - _MOST_KEPT))
        for key in list(surplus):
            del self._kept[key]
