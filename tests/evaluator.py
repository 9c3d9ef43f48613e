"""Reads what is printed as `left = right` and computes it: by intervals, because printed numbers are rounded.

Symbols such as `δ(y)` are computed where their values are given.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "linear": lambda z: z,
    "relu": lambda z: max(z, 0.0),
    "leaky_relu": lambda z: max(z, 0.01 * z),
    "elu": lambda z: z if z > 0 else math.expm1(z),
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "ln": lambda x: math.log(x) if x > 0 else -math.inf,
}
"""All of them rise, so that the ends of an interval go to the ends."""
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:e[-−+]?\d+)?)|(e\^|[a-z_]+(?=\()|[-+−×·/()√²]))")
_ROUNDED = re.compile(r"(.*) to (\d+) decimals?|round\((.*), (\d+)\)")
_FORMULA = re.compile(r"·|\(w\)|×w|\b[mvg]\b")
"""Symbols, as in a rule: `0.999·v + 0.001·g²`."""


class Interval(NamedTuple):
    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


def around(*values: float) -> Interval:
    return Interval(min(values), max(values))


def four_decimals(value: float, text: str) -> Interval:
    """A number as a sheet has it: to four decimals, or a small one to two digits."""
    _, _, power = text.partition("e")
    slack = 0.0500001 * 10 ** int(power.replace("−", "-")) if power else 0.500001e-4
    return Interval(value - slack, value + slack)


def all_digits(value: float, text: str) -> Interval:
    slack = 8e-15 * abs(value) + 1e-300
    return Interval(value - slack, value + slack)


Precision = Callable[[float, str], Interval]
"""How far off a printed number may be."""


class UnreadableError(Exception):
    """No arithmetic."""


class _Reader:
    def __init__(self, text: str, precision: Precision, symbols: Mapping[str, float]) -> None:
        self._precision, self._symbols, self._tokens, place = precision, symbols, list[str](), 0
        longest_first = "|".join(re.escape(name) for name in sorted(symbols, key=len, reverse=True))
        named = re.compile(rf"\s*({longest_first})(?![\w(\[])") if symbols else None
        while place < len(text.rstrip()):
            found = (named and named.match(text, place)) or _TOKEN.match(text, place)
            if found is None:
                raise UnreadableError(text)
            self._tokens.append(found[0].strip())
            place = found.end()
        self._tokens.append("")

    def whole(self) -> Interval:
        result = self._sum()
        if self._tokens != [""]:
            raise UnreadableError(self._tokens)
        return result

    def _took(self, *tokens: str) -> str:
        return self._tokens.pop(0) if self._tokens[0] in tokens else ""

    def _sum(self) -> Interval:
        result = self._product()
        while sign := self._took("+", "−"):
            other = self._product()
            low, high = (other.low, other.high) if sign == "+" else (-other.high, -other.low)
            result = Interval(result.low + low, result.high + high)
        return result

    def _product(self) -> Interval:
        result = self._signed()
        while sign := self._took("×", "·", "/"):
            other = self._signed()
            if sign == "/" and other.low <= 0 <= other.high:
                raise UnreadableError("division by 0")
            ends = [1 / end for end in other] if sign == "/" else list(other)
            result = around(*(a * b if a and b else 0.0 for a in result for b in ends))
        return result

    def _signed(self) -> Interval:
        if self._took("−"):
            inner = self._signed()
            return Interval(-inner.high, -inner.low)
        result = self._atom()
        if self._took("²"):
            squares = around(result.low**2, result.high**2)
            return Interval(0.0, squares.high) if result.low <= 0 <= result.high else squares
        return result

    def _atom(self) -> Interval:
        token = self._tokens.pop(0)
        if token in self._symbols:
            return all_digits(self._symbols[token], token)
        if token == "(":
            result = self._sum()
            if not self._took(")"):
                raise UnreadableError(token)
            return result
        if token == "√":
            inner = self._atom()
            return Interval(math.sqrt(max(inner.low, 0.0)), math.sqrt(max(inner.high, 0.0)))
        function = math.exp if token == "e^" else FUNCTIONS.get(token)
        if function is not None:
            inner = self._signed()
            return Interval(function(inner.low), function(inner.high))
        if not token[:1].isdigit():
            raise UnreadableError(token)
        return self._precision(float(token.replace("−", "-")), token)


def computed(text: str, precision: Precision, symbols: Mapping[str, float] | None = None) -> Interval:
    """What an expression comes to. Raises `UnreadableError`."""
    found = _ROUNDED.fullmatch(text.strip())
    if found is None:
        return _Reader(text, precision, symbols or {}).whole()
    inner = _Reader(found[1] or found[3], precision, symbols or {}).whole()
    decimals = int(found[2] or found[4])
    return Interval(round(inner.low, decimals) - 1e-12, round(inner.high, decimals) + 1e-12)


def holds(line: str, precision: Precision) -> bool | None:
    """Whether all sides of `label = left = … = right` that are arithmetic come to the same; None if there is one only.

    Sides of symbols alone are formulas, and not computed. Raises `UnreadableError` where digits cannot be read.
    """
    known = []
    for side in line.split(" = ")[1:]:
        try:
            known.append(computed(side, precision))
        except UnreadableError:
            if "…" in side or (re.search(r"\d\.\d\d", side) and not _FORMULA.search(side)):
                raise
    return all(side.meets(known[-1]) for side in known) if len(known) > 1 else None


class Statement(NamedTuple):
    """`left = right` within a sentence: as much on either side as can be read; None where nothing can."""

    text: str
    left: str | None
    right: str | None

    def holds(self, precision: Precision, symbols: Mapping[str, float]) -> bool:
        assert self.left is not None
        assert self.right is not None
        return computed(self.left, precision, symbols).meets(computed(self.right, precision, symbols))


def statements(sentence: str, precision: Precision, symbols: Mapping[str, float]) -> Iterator[Statement]:
    """One for each `=` in a text."""
    sides = sentence.split(" = ")
    for before, after in pairwise(sides):
        starts = [0, *(place.end() for place in re.finditer(r"\s+", before))]
        ends = [len(after), *(place.start() for place in re.finditer(r"[.,:;]?(\s|$)", after))]
        left = _first((before[start:] for start in starts), precision, symbols)
        right = _first((after[:end] for end in sorted(ends, reverse=True)), precision, symbols)
        yield Statement(f"{before[-60:]} = {after[:60]}", left, right)


def _first(texts: Iterator[str], precision: Precision, symbols: Mapping[str, float]) -> str | None:
    """The first that can be read."""
    for text in texts:
        with contextlib.suppress(UnreadableError):
            computed(text, precision, symbols)
            return text
    return None


_PART = re.compile(r"[×·][^\s()×·+]+|[×·]\([^()]*\)|(?<= )[+−] [^\s()+]+(?= |$)|(?<= )[+−] \([^()]*\)(?= |$)")


def shortened(side: str) -> Iterator[str]:
    """An expression without one of its factors or terms, for each of them."""
    for found in _PART.finditer(side):
        yield side[: found.start()] + side[found.end() :]
