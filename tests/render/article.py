"""The article's run, worked out without the package."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Array, Rules, Step, one_step

RULES = Rules(("relu", "linear"), round=1)
FIRST = np.array(
    [
        [0.817638809, 0.005173229, 0.658113647, 0.226128487],
        [0.421768179, 0.031514817, 0.048484419, 0.763645062],
        [0.707635578, 0.525125677, 0.613716832, 0.349371521],
    ]
)
SECOND = np.array([[0.621820595], [0.433701266], [0.23405715], [0.885777447]])
RATE = 0.1


@dataclass(frozen=True)
class Worked:
    """One step: its sample's row, the weights before it and after it, and everything between."""

    sample: int
    before: list[Array]
    step: Step
    after: list[Array]

    def errors(self, updated: bool) -> list[float]:
        """What each sample's error is under the weights before or after the update."""
        weights = self.after if updated else self.before
        pairs = zip(ARTICLE_INPUTS, ARTICLE_TARGETS, strict=True)
        return [one_step(RULES, weights, [], x, y).error for x, y in pairs]


def worked(step: int) -> Worked:
    """Step 1, 2, … of the article."""
    weights = [FIRST, SECOND]
    for number in range(step):
        sample = number % 4
        before = weights
        found = one_step(RULES, weights, [], ARTICLE_INPUTS[sample], ARTICLE_TARGETS[sample])
        weights = [w - RATE * gradient for w, gradient in zip(before, found.gradient, strict=True)]
    return Worked(sample, before, found, weights)
