"""The three products of back-propagation as programs: lists of NumPy calls on fixed buffers, made once, run often.

Where sums are `ordered` they are taken first term to last (multiply, then add), so that they have the same bits on
every machine; a product by BLAS does not, but is faster for many samples at once.

All arrays may have one more axis in front, for many networks trained at once; a network's sums stay in the same order.

On arrays of a few numbers, NumPy spends its time on preparing calls. The sums of one sample are a single call of
`einsum` where it adds in order. On other processors columns are first spread to the shape of the matrix that they
multiply, because operands of one shape and layout are prepared fastest.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from inspect import unwrap

import numpy as np

from tui_backprop.core.arrays import Array

Program = list[Callable[[], object]]
_BLOCK = 2**14
"""Terms that stay in the processor's cache until they have been added."""
_einsum = unwrap(np.einsum)
"""Without the check for arrays of other kinds, which takes a fifth of the time of a small call."""
Times = Callable[[Array, Array], Array]
"""left·right, by `times_in_order` or by matrix products."""


def times_in_order(left: Array, right: Array) -> Array:
    """left·right for `left` (…, samples, n) and `right` (…, n, m), each sum taken in order, as in training."""
    total: Array = left[..., :1] * right[..., :1, :]
    for place in range(1, right.shape[-2]):
        total += left[..., place : place + 1] * right[..., place : place + 1, :]
    return total


def weighted_sum(below: Array, weights: Array, out: Array, ordered: bool) -> Program:
    """out = below·W, for `below` (batch, fan_in), `weights` (fan_in, fan_out), `out` (batch, fan_out)."""
    return _product(below, weights, out, ordered)


def attributed(delta: Array, weights: Array, out: Array, ordered: bool) -> Program:
    """out = W·δ, for `delta` (batch, fan_out), `weights` (fan_in, fan_out), `out` (batch, fan_in)."""
    return _product(delta, _transposed(weights), out, ordered)


def outer(below: Array, delta: Array, out: Array) -> Program:
    """out = below ⊗ δ of one sample, for `below` (1, fan_in), `delta` (1, fan_out), `out` (fan_in, fan_out)."""
    # one term an entry: no sum, so no order to keep; but BLAS takes 0 × NaN for 0 when it scales a vector
    if out.ndim > 2 or 1 in out.shape:
        return [partial(np.multiply, _transposed(below), delta, out)]
    return [partial(np.dot, below.T, delta, out)]


def averaged(below: Array, delta: Array, out: Array, bias: Array | None, ordered: bool) -> Program:
    """out = below ⊗ δ (fan_in, fan_out), and `bias` = δ (fan_out,), each averaged over the batch."""
    batch = below.shape[-2]
    if batch == 1:
        return outer(below, delta, out) + ([] if bias is None else [partial(np.copyto, bias, delta[..., 0, :])])
    if not ordered:
        mean = np.empty_like(delta)
        program: Program = [_divided(delta, batch, mean), partial(np.matmul, _transposed(below), mean, out)]
        return program + ([] if bias is None else [partial(np.add.reduce, mean, -2, None, bias)])
    program = [*_product(_transposed(below), delta, out, ordered), _divided(out, batch, out)]
    if bias is not None:
        first, second, *others = (delta[..., row, :] for row in range(delta.shape[-2]))
        program.append(partial(np.add, first, second, bias))
        program += [partial(np.add, bias, row, bias) for row in others]
        program.append(_divided(bias, batch, bias))
    return program


def _divided(total: Array, count: int, out: Array) -> Callable[[], object]:
    """out = total / count."""
    if count.bit_count() == 1:  # a power of two has an exact inverse, and multiplying is faster
        return partial(np.multiply, total, np.array(1.0 / count), out)
    return partial(np.divide, total, np.array(float(count)), out)


def _product(left: Array, right: Array, out: Array, ordered: bool) -> Program:
    """out = left·right, for `left` (…, rows, n), `right` (…, n, m), `out` (…, rows, m)."""
    if not ordered:
        return [partial(np.matmul, left, right, out)]
    if out.ndim == 2 and len(out) == 1:
        return _sum_of_scaled_rows(_transposed(left), right, out)
    term = np.empty_like(out)
    program: Program = [partial(np.multiply, left[..., :1], right[..., :1, :], out)]
    for place in range(1, right.shape[-2]):
        program.append(partial(np.multiply, left[..., place : place + 1], right[..., place : place + 1, :], term))
        program.append(partial(np.add, out, term, out))
    return program


def _sum_of_scaled_rows(scales: Array, rows: Array, out: Array) -> Program:
    """out[0] = Σᵢ scales[i]·rows[i] in order, for `scales` (n, 1), `rows` (n, m), `out` (1, m)."""
    n, m = rows.shape
    if n == 1:
        return [partial(np.multiply, rows[0], scales[0, 0, ...], out[0])]
    if m == 1:  # the last of the running totals, because a plain sum of one column is taken pairwise
        terms, totals = np.empty((n, 1)), np.empty(n)
        return [
            partial(np.multiply, scales[:, 0], rows[:, 0], terms[:, 0]),
            partial(np.add.accumulate, terms[:, 0], 0, None, totals),
            partial(np.copyto, out[0], totals[-1:]),
        ]
    if not rows.flags.c_contiguous:  # `einsum` adds in order only along rows that lie in memory
        return _sum_of_copied_rows(scales, rows, out)
    if _einsum_adds_in_order(m):
        return [partial(_einsum, "i,ij->j", scales[:, 0], rows, out=out[0])]
    program, most = Program(), max(1, _BLOCK // m)
    terms = np.empty((min(n, most) + 1, m))  # the sum so far is the first term of the next block
    for first in range(0, n, most):
        part = rows[first : first + most]
        block = terms[1 : len(part) + 1]
        program.append(partial(np.copyto, block, scales[first : first + most]))
        program.append(partial(np.multiply, block, part, block))
        if first:
            program.append(partial(np.copyto, terms[0], out[0]))
            block = terms[: len(part) + 1]
        program.append(partial(np.add.reduce, block, 0, None, out[0]))
    return program


def _sum_of_copied_rows(scales: Array, rows: Array, out: Array) -> Program:
    """The same, part by part, each copied to where its rows lie one after the other."""
    program, (n, m) = Program(), rows.shape
    width = max(2, _BLOCK // n)
    space = np.empty(n * min(width, m))
    for first in range(0, m, width):
        part = rows[:, first : first + width]
        copy = space[: part.size].reshape(part.shape)
        program.append(partial(np.copyto, copy, part))
        program += _sum_of_scaled_rows(scales, copy, out[:, first : first + width])
    return program


@cache
def _einsum_adds_in_order(m: int) -> bool:
    """Whether `einsum` adds rows of m numbers in order, rounding each product: on some processors it does not."""
    scales, rows = np.sqrt(np.arange(50.0)), np.sqrt(np.arange(50.0 * m)).reshape(50, m)
    return np.array_equal(_einsum("i,ij->j", scales, rows), times_in_order(scales[None], rows)[0])


def _transposed(array: Array) -> Array:
    return array.swapaxes(-1, -2)
