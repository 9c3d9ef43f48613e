"""Classes that may be one, spelled in several ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile

_BETWEEN = re.compile(r"(?<=[^\W\d])[ _-]+(?=[^\W\d])")
_SHORTEST = 4
"""Letters of a word that may be misspelled: shorter ones are too often like others."""
_OFTEN = 5
"""The rows of a class from which on another one in a single row may be the same, misspelled."""


def spelt_alike(rows: Mapping[str, int]) -> list[list[str]]:
    """The classes that may be one, by the number of rows of each.

    They differ only in case, blanks or hyphens, or one of them is in a single row and is another with a letter wrong.
    """
    alike: dict[str, list[str]] = {}
    for name in rows:
        alike.setdefault(_BETWEEN.sub(" ", " ".join(name.casefold().split())), []).append(name)
    groups = [group for group in alike.values() if len(group) > 1]
    often = [name for name, count in rows.items() if count >= _OFTEN]
    for stray in (name for name, count in rows.items() if count == 1 and not any(name in group for group in groups)):
        groups += [[stray, name] for name in often if _is_misspelled(stray, name)][:1]
    return groups


def _is_misspelled(word: str, name: str) -> bool:
    """Whether one letter is missing, wrong or too many, or two are swapped; neither the first, nor a wrong last one."""
    start = _shared(word, name)
    end = _shared(word[start:][::-1], name[start:][::-1])
    wrong, right = word[start : len(word) - end], name[start : len(name) - end]
    if not start or len(word) < _SHORTEST or not (wrong + right).isalpha():
        return False
    if len(wrong) == len(right):
        return (len(wrong) == 1 and end > 0) or (len(wrong) == 2 and wrong == right[::-1])
    return len(wrong) + len(right) == 1


def _shared(word: str, name: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, name, strict=False)))
