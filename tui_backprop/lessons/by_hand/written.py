"""A number as written, and whether it is right to the digits given."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tui_backprop.lessons.answers import read_answer
from tui_backprop.reading.numerals import SIGNS

EXACT = 12
"""Decimals of a fraction such as `1/3`, which is exact."""
_LEAST = 2
"""Decimals that a whole number is taken to have: 1 means that it is not 0.9."""
_DIGITS = re.compile(r"[-+]?[0-9]*(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]{1,4}))?(%?)")


_WHOLE = re.compile(r"[-+]?[0-9]+")


@dataclass(frozen=True)
class Written:
    """A number, the text that it was read from, and how many decimals that has."""

    text: str
    value: float
    decimals: int

    @property
    def unit(self) -> float:
        """One unit of its last digit."""
        return float(10.0**-self.decimals)

    def is_whole_part_of(self, truth: float) -> bool:
        """Whether it is a whole number, other than 0, that `truth` is when it is rounded or cut off."""
        if not _WHOLE.fullmatch(self.text.translate(SIGNS)):
            return False
        return self.value != 0 and self.value in (float(np.rint(truth)), float(np.trunc(truth)))

    def agrees(self, truth: float) -> bool:
        """Whether it is `truth`, rounded to its digits or cut off after them."""
        slack = 1e-9 * abs(truth) + 1e-12  # of other orders of addition
        short = (truth - self.value) * (-1 if truth < 0 else 1)
        most = self.unit + (slack if self.decimals >= _LEAST else -slack)  # 1.2999 is 1.3, cut by a computer
        return -self.unit / 2 - slack <= short < max(most, self.unit / 2 + slack)


def written(text: str) -> Written:
    """Reads a number as `read_answer` does; raises as that does."""
    plain = text.strip()
    return Written(plain, read_answer(plain), _decimals(plain.replace(" ", "")))


def _decimals(text: str) -> int:
    found = _DIGITS.fullmatch(text.translate(SIGNS))
    if not found:
        return EXACT
    decimals = len(found[1] or "") - int(found[2] or "0") + 2 * bool(found[3])
    return min(max(decimals, _LEAST if not found[1] else decimals), EXACT)
