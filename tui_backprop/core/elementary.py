"""exp, tanh and their relatives with the same bits on every machine, for one number and for arrays.

C libraries and NumPy round the last bit of an exponential differently from one processor to another. Here each
function is made of +, −, ×, ÷, exact conversions and tables of quotients of integers, where IEEE 754 leaves no choice.

Each curve is followed from the nearest node x of a table to z = x + r, where u is the slope at the node:

    f(z) = f(x) + u·r / (Q + v·r)        Q = h·coth h, h = r/2        from e^r = (1 + tanh h)/(1 − tanh h)

Nodes are so close together that two terms of Q's series suffice. Each function comes as `f(number)`, and as
`f_into(z, out)` that does the same operations in the same order, so that both agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from math import frexp, inf, isqrt, ldexp, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_backprop.core.arrays import Array

Node = tuple[float, ...]

_END = 38.125
"""Beyond ±38.125 (for tanh, half of it) the curves are constant to the last bit."""
FEW = 32
"""Arrays of up to this many numbers are faster done number by number."""
_BLOCK = 4096
"""Arrays are processed in blocks that stay in the processor's nearest cache."""
_WHOLE = 3.0 * 2.0**51
"""x + this − this is x rounded to a whole number, half to even, as `numpy.rint` does it."""
_ONE = 1 << 160
"""1 in the fixed-point numbers that tables are computed in: Python rounds a quotient of integers correctly."""

# Q = 1 + s·(q1 − s·q2), s = r². In q2 is a share of the third term, so that at most 5e-17 is missing.
_Q1, _Q2 = 1 / 12, 1 / 720 - 0.8925 / 64**2 / 30240
_TANH_Q1, _TANH_Q2 = 1 / 3, 1 / 45 - 0.8925 / 128**2 * 2 / 945  # tanh has h = r
_QS, _TANH_QS = (np.array(_Q1), np.array(_Q2)), (np.array(_TANH_Q1), np.array(_TANH_Q2))
_UNIT, _HALF = np.array(1.0), np.array(-0.5)
"""As arrays, which NumPy takes faster than Python's numbers."""


class _NodeTable(dict[float, Node]):
    """The nodes of a curve by their number; all are computed when the first one is asked for."""

    def __init__(self, nodes: Callable[[], Iterator[tuple[int, Node]]]) -> None:
        self._nodes = nodes

    def __missing__(self, number: float) -> Node:
        self.update((float(number), node) for number, node in self._nodes())
        return self[number]

    @cached_property
    def _table(self) -> tuple[float, Array]:
        """The first node's number, and the figures of all nodes, (figures, nodes)."""
        nodes = sorted((float(number), node) for number, node in self._nodes())
        return nodes[0][0], np.array([node for _, node in nodes]).T.copy()

    @cached_property
    def _all_but_the_last(self) -> Array:
        return self._table[1][:, :-1].copy()

    def at(self, numbers: NDArray[Any]) -> Array:
        """The figures of the nodes with these numbers, (figures, …); of any node where that is NaN."""
        first, table = self._table
        return table.take(_whole(numbers - first if first else numbers), 1, None, "clip")

    def within(self, numbers: NDArray[Any]) -> Array:
        """Like `at`, for nodes from 0 on, without clipping: an IndexError beyond the last but one, perhaps for NaN."""
        return self._all_but_the_last.take(_whole(numbers), 1)


def _whole(numbers: NDArray[Any]) -> NDArray[np.intp]:
    return numbers.astype(np.intp)


def _powers_of_e() -> Iterator[tuple[int, int]]:
    """(n, e^(n/32)) in fixed point, for n from 0 up to 32 × `_END`."""
    term = root = power = _ONE
    for n in range(1, 40):
        term //= 32 * n
        root += term
    for n in range(int(32 * _END) + 1):
        yield n, power
        power = power * root // _ONE


def _into(number: Callable[[float], float], block: Callable[[Array, Array], object]) -> Callable[[Array, Array], None]:
    """`f_into` for arrays of any shape and layout, from f of a number, and of blocks.

    Overflow and NaN are not errors here: run it under `np.errstate`.
    """

    def write(z: Array, out: Array) -> None:
        if z.size <= FEW:
            out[...] = np.array([number(value) for value in z.ravel().tolist()]).reshape(z.shape)
        elif z.size <= _BLOCK:
            block(*((z.T, out.T) if z.flags.f_contiguous else (z, out)))  # in memory order
        else:
            with np.nditer(
                [z, out], ["external_loop", "buffered"], [["readonly"], ["writeonly"]], buffersize=_BLOCK
            ) as blocks:
                for part, result in blocks:
                    block(part, result)

    return write


def _follow(base: Array, slope: Array, turn: Array | float, r: Array, q1: Array, q2: Array) -> Array:
    """base + slope·r / (1 + s·(q1 − s·q2) + turn·r); overwrites `r`."""
    s = np.multiply(r, r)
    q = np.multiply(s, q2)
    np.subtract(q1, q, q)
    np.multiply(s, q, q)
    np.add(_UNIT, q, q)
    np.multiply(slope, r, s)
    np.multiply(turn, r, r)
    np.add(q, r, q)
    np.divide(s, q, s)
    return np.add(base, s, s)


# tanh


def _tanh_nodes() -> Iterator[tuple[int, Node]]:
    """(x, tanh x, 1 − tanh² x) at x = n/64."""
    for n, power in _powers_of_e():
        total = power + _ONE
        value, slope = (power - _ONE) / total, 4 * power * _ONE / (total * total)
        yield -n, (-n / 64, -value, slope)
        if n:  # at 0 the value is −0, to which z adds up with its sign
            yield n, (n / 64, value, slope)


_TANH = _NodeTable(_tanh_nodes)
_TANH_END = _END / 2


def tanh(z: float) -> float:
    """Hyperbolic tangent, within 4 units in the last place, and exactly odd."""
    if -_TANH_END < z < _TANH_END:
        x, value, slope = _TANH[z * 64.0 + _WHOLE - _WHOLE]
        r = z - x
        s = r * r
        return value + slope * r / (1.0 + s * (_TANH_Q1 - s * _TANH_Q2) + value * r)
    return 1.0 if z > 0.0 else -1.0 if z < 0.0 else z


def _tanh_block(z: Array, out: Array) -> None:
    z = np.clip(z, -_TANH_END, _TANH_END)
    x, value, slope = _TANH.at(np.rint(z * 64.0))
    out[...] = _follow(value, slope, value, z - x, *_TANH_QS)


tanh_into = _into(tanh, _tanh_block)

# sigmoid: 1 / (1 + e⁻ᶻ)


def _sigmoid_nodes() -> Iterator[tuple[int, Node]]:
    """(x, σ, σ·(1 − σ), σ − ½) at x = n/32."""
    for n, power in _powers_of_e():
        total = power + _ONE
        slope, turn = power * _ONE / (total * total), (power - _ONE) / (2 * total)
        yield -n, (-n / 32, _ONE / total, slope, -turn)
        if n:
            yield n, (n / 32, power / total, slope, turn)


_SIGMOID = _NodeTable(_sigmoid_nodes)


def sigmoid(z: float) -> float:
    """1 / (1 + e⁻ᶻ), within 4 units in the last place."""
    if -_END < z < _END:
        x, value, slope, turn = _SIGMOID[z * 32.0 + _WHOLE - _WHOLE]
        r = z - x
        s = r * r
        return value + slope * r / (1.0 + s * (_Q1 - s * _Q2) + turn * r)
    return 1.0 if z > 0.0 else exp(z)  # so far below 0 both are the same


def _sigmoid_block(z: Array, out: Array) -> None:
    near, far = np.clip(z, -_END, _END), z <= -_END
    powers = z[far]
    x, value, slope, turn = _SIGMOID.at(np.rint(near * 32.0))
    out[...] = _follow(value, slope, turn, near - x, *_QS)
    if powers.size:
        out[far] = _exp_anywhere(powers)


sigmoid_into = _into(sigmoid, _sigmoid_block)


# eᶻ − 1


def _expm1_nodes() -> Iterator[tuple[int, Node]]:
    """(x, eˣ − 1, eˣ) at x = −n/32."""
    for n, power in _powers_of_e():
        yield -n, (-n / 32, (_ONE - power) / power or -0.0, _ONE / power)


_EXPM1 = _NodeTable(_expm1_nodes)


def expm1(z: float) -> float:
    """eᶻ − 1 of numbers up to 0, within 4 units in the last place."""
    if z > -_END:
        x, value, slope = _EXPM1[z * 32.0 + _WHOLE - _WHOLE]
        r = z - x
        s = r * r
        return value + slope * r / (1.0 + s * (_Q1 - s * _Q2) + -0.5 * r)
    return -1.0 if z < 0.0 else z


def _expm1_block(z: Array, out: Array) -> None:
    z = np.maximum(z, -_END)
    x, value, slope = _EXPM1.at(np.rint(z * 32.0))
    out[...] = _follow(value, slope, _HALF, z - x, *_QS)


expm1_into = _into(expm1, _expm1_block)

# eˣ from a node just below 0; elsewhere 2ᵐ · 2^(n/32) · eʳ for x = (32·m + n)·ln2/32 + r

_STEPS = 46.16624130844683
"""32 / ln2"""
_STEP, _STEP_REST = 0.021660849392446835, 5.145609244655338e-14
"""ln2 / 32 in two parts: one with so few digits that its whole multiples are exact, and the remainder."""
_LEAST, _MOST = -746.0, 710.0
"""Beyond, eˣ is 0 or infinite."""


def _roots_of_2() -> Iterator[tuple[float, float]]:
    """2^(n/32) for n = 0 to 31, and the rounding error of that float."""
    power, root = _ONE, 2 * _ONE
    for _ in range(5):
        root = isqrt(root * _ONE)
    for _ in range(32):
        value = power / _ONE
        yield value, (power - int(value * 2**52) * (_ONE >> 52)) / _ONE
        power = power * root // _ONE


_ROOTS = list(_roots_of_2())
_ROOT, _ROOT_REST = (np.array(column) for column in zip(*_ROOTS, strict=True))
_TWOS = [ldexp(1.0, m) for m in (*range(513), *range(-540, 0))]
"""2ᵐ at place m, from the end where it is negative. It is multiplied in two factors: only the last can be subnormal."""
_TWOS_FROM_LEAST = np.roll(_TWOS, 540)


def _exp_nodes() -> Iterator[tuple[int, Node]]:
    """(eˣ, the rounding error of that float) at x = −n/32."""
    for n, power in _powers_of_e():
        value = _ONE / power
        yield n, (value, (_ONE * _ONE // power - int(ldexp(value, 160))) / _ONE)


_EXP = _NodeTable(_exp_nodes)
_PER_STEP, _STEP_OF_EXP = np.array(-32.0), np.array(-1 / 32)


def exp(x: float) -> float:
    """eˣ, within 1 unit in the last place."""
    if -_END < x <= 0.0:
        steps = x * -32.0 + _WHOLE - _WHOLE
        value, rest = _EXP[steps]
        r = x + steps * (1 / 32)
        s = r * r
        return value + (rest + value * r / (1.0 + s * (_Q1 - s * _Q2) + -0.5 * r))
    if _LEAST < x < _MOST:
        steps = x * _STEPS + _WHOLE - _WHOLE
        r = x - steps * _STEP - steps * _STEP_REST
        s = r * r
        whole = int(steps)
        value, rest = _ROOTS[whole & 31]
        m = whole >> 5
        half = m >> 1
        near = value + (rest + value * r / (1.0 + s * (_Q1 - s * _Q2) + -0.5 * r))
        return near * _TWOS[half] * _TWOS[m - half]
    return inf if x > 0.0 else 0.0 if x < 0.0 else x


def _exp_block(x: Array, out: Array) -> None:
    """eˣ of numbers up to 0."""
    steps, far = np.multiply(x, _PER_STEP), None
    np.rint(steps, steps)
    try:
        value, rest = _EXP.within(steps)
    except IndexError:  # far below 0, or not a number
        far = ~(x > -_END)
        powers = _exp_anywhere(x[far])
        value, rest = _EXP.at(steps)
    np.multiply(steps, _STEP_OF_EXP, steps)
    np.subtract(x, steps, steps)
    np.add(value, _follow(rest, value, _HALF, steps, *_QS), out)
    if far is not None:
        out[far] = powers


def _exp_anywhere(x: Array) -> Array:
    """eˣ of numbers that need not be just below 0."""
    x = np.clip(x, _LEAST, _MOST)
    steps = np.rint(x * _STEPS)
    r = x - steps * _STEP
    r -= steps * _STEP_REST
    whole = _whole(steps)
    m = whole >> 5
    half = m >> 1
    whole &= 31
    value = _ROOT.take(whole)
    near = _follow(_ROOT_REST.take(whole), value, _HALF, r, *_QS)
    np.add(value, near, near)
    m -= half
    for power in (half, m):
        power += 540
        near *= _TWOS_FROM_LEAST.take(power, mode="clip")
    return near


exp_into = _into(exp, _exp_block)
"""For numbers up to 0 only: others silently give wrong results."""

# ln x = m·ln2 + ln c + 2·artanh u for x = 2ᵐ·f, c the node nearest to f, u = (f − c)/(f + c)

_LN2, _LN2_REST = 0.6931471805598903, 5.497923018708371e-14
"""ln2, likewise in two parts."""
_FINE = 2.0**42
"""Apart from a remainder, logarithms of nodes are whole multiples of 1 over this, so adding them to m·ln2 is exact."""
_ROOT_HALF = 0.7071067811865476


def _log_nodes() -> Iterator[tuple[int, Node]]:
    """c = n/64, and ln c in two parts."""
    for n in range(44, 93):
        u = (n - 64) * _ONE // (n + 64)
        square, term, log = u * u // _ONE, u, 0
        for odd in range(1, 160, 2):
            log += 2 * term // odd
            term = term * square // _ONE
        coarse = round(log / _ONE * _FINE)
        yield n, (n / 64, coarse / _FINE, (log - coarse * (_ONE >> 42)) / _ONE)


_LOG = _NodeTable(_log_nodes)


def log(x: float) -> float:
    """Natural logarithm, within 4 units in the last place; −inf for 0, NaN for negative numbers."""
    if not 0.0 < x < inf:
        return x if x > 0.0 or x != x else -inf if x == 0.0 else nan
    f, m = frexp(x)
    if f < _ROOT_HALF:
        f, m = f + f, m - 1
    c, value, rest = _LOG[f * 64.0 + _WHOLE - _WHOLE]
    u = (f - c) / (f + c)
    s = u * u
    return m * _LN2 + value + (rest + m * _LN2_REST + (u + u) * (1.0 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7)))))


def _log_block(x: Array, out: Array) -> None:
    f, m = np.frexp(x)
    low = f < _ROOT_HALF
    f = np.where(low, f + f, f)
    m = np.where(low, m - 1.0, m)
    c, value, rest = _LOG.at(np.rint(f * 64.0))
    u = (f - c) / (f + c)
    s = u * u
    log = m * _LN2 + value + (rest + m * _LN2_REST + (u + u) * (1.0 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7)))))
    log = np.where(x > 0.0, log, np.where(x == 0.0, -inf, nan))
    out[...] = np.where((x > 0.0) & (x < inf), log, np.where(x == inf, inf, log))


log_into = _into(log, _log_block)


def log1p(x: float) -> float:
    """ln(1 + x), within 4 units in the last place."""
    whole = 1.0 + x
    if whole == 1.0:
        return x
    return log(whole) + (x - (whole - 1.0)) / whole if 0.0 < whole < inf else log(whole)


def _log1p_block(x: Array, out: Array) -> None:
    whole = 1.0 + x
    log = np.empty_like(whole)
    _log_block(whole, log)
    np.add(log, (x - (whole - 1.0)) / whole, log, where=(whole > 0.0) & (whole < inf))
    out[...] = np.where(whole == 1.0, x, log)


log1p_into = _into(log1p, _log1p_block)
