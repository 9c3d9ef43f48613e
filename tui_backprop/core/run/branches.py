"""The branches of a run, and which of them is the present one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.branch import MOST_BRANCHES, Branch
from tui_backprop.core.run.moment import START, BranchPlace, Phase
from tui_backprop.core.run.past import Past
from tui_backprop.errors import BackpropError


@dataclass
class NamedBranch:
    """A branch, its name, and where the cursor was when it was left."""

    name: str
    branch: Branch
    step: int = 0
    phase: Phase = START

    _past: Past | None = None

    @property
    def past(self) -> Past:
        """The branch's steps, for moments of it."""
        if self._past is None or self._past.branch is not self.branch:
            self._past = Past(self.branch)
        return self._past


class Branches:
    """All of them: those at rest share a budget of memory."""

    def __init__(self, experiment: Experiment, budget: int, places: Sequence[BranchPlace], present: int) -> None:
        """As `places` say, or a first one. Raises `BackpropError` where edits do not fit the experiment."""
        self._all = [
            NamedBranch(
                place.name, Branch(experiment, place.edits, budget, place.reached), place.step, Phase(place.phase)
            )
            for place in places
        ] or [NamedBranch("1", Branch(experiment, (), budget))]
        self.present = present
        self._numbered(present)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def here(self) -> NamedBranch:
        """The present one."""
        return self._all[self.present]

    @property
    def memory(self) -> int:
        """Bytes held by checkpoints and history."""
        return sum(each.branch.memory for each in self._all)

    @property
    def ghosts(self) -> tuple[Array, ...]:
        """The errors of all but the present one."""
        return tuple(each.branch.errors for index, each in enumerate(self._all) if index != self.present)

    def places(self, step: int, phase: Phase) -> tuple[BranchPlace, ...]:
        """Where each was left; the present one stands at `step` and `phase`."""
        cursors = [(each.step, each.phase) for each in self._all]
        cursors[self.present] = (step, phase)
        return tuple(
            BranchPlace(each.name, each.branch.edits, *cursor, each.branch.reached)
            for each, cursor in zip(self._all, cursors, strict=True)
        )

    def check_room(self) -> None:
        """Raises `BackpropError` where there can be no other branch."""
        if len(self._all) == MOST_BRANCHES:
            raise BackpropError(f"there can be at most {MOST_BRANCHES} branches", "go to one of them")

    def add(self, branch: Branch, step: int, phase: Phase) -> None:
        """Another one, which becomes the present one; the one before is left at `step` and `phase`."""
        names = {each.name for each in self._all}
        name = next(name for name in map(str, range(2, MOST_BRANCHES + 2)) if name not in names)
        self._all.append(NamedBranch(name, branch))
        self.switch(len(self._all) - 1, step, phase)

    def switch(self, index: int, step: int, phase: Phase) -> None:
        """Makes another the present one; the one before is left at `step` and `phase`."""
        self._numbered(index)
        self.here.step, self.here.phase = step, phase
        self.here.branch.trim()
        self.present = index

    def rename(self, index: int, name: str) -> None:
        """Gives a branch another name."""
        self._numbered(index).name = name

    def _numbered(self, index: int) -> NamedBranch:
        if not 0 <= index < len(self._all):
            raise BackpropError(f"no branch {index}", f"branches 0 to {len(self._all) - 1}")
        return self._all[index]

    def recall(self, furthest: int) -> Iterator[int]:
        """Computes again what each had reached, up to step `furthest`, in slices: yields steps made."""
        for each in self._all:
            state = each.branch.nearest(each.branch.reached)
            while state.step < min(each.branch.reached, furthest):
                state = each.branch.advance(state, each.branch.reached)
                yield state.step
            if each is not self.here:
                each.branch.trim()
