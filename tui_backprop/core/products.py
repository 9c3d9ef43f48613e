"""The three products of back-propagation as programs: lists of NumPy calls on fixed buffers, made once, run often.

For a single sample every sum is taken in order, first term to last (multiply, then add), so that it has the same
bits on every machine; a product by BLAS has not. For several samples at once matrix products are used.

All arrays may have an axis more in front, for many networks trained at once; a network's sums stay in the same order.

On arrays of a few numbers NumPy's time goes into preparing each call. Operands of one shape and layout are
prepared fastest, so columns are first spread to the shape of the matrix that they multiply.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from tui_backprop.core.arrays import Array

Program = list[Callable[[], object]]
Times = Callable[[Array, Array], Array]
"""left·right, by `times_in_order` or by matrix products."""


def times_in_order(left: Array, right: Array) -> Array:
    """left·right for `left` (samples, n) and `right` (n, m), each sum taken in order, as in training."""
    total: Array = left[:, :1] * right[0]
    for place in range(1, len(right)):
        total += left[:, place : place + 1] * right[place]
    return total


def weighted_sum(below: Array, weights: Array, out: Array) -> Program:
    """out = below·W, for `below` (batch, fan_in), `weights` (fan_in, fan_out), `out` (batch, fan_out)."""
    if below.shape[-2] > 1:
        return [partial(np.matmul, below, weights, out)]
    return _sum_of_scaled_rows(_transposed(below), weights, out)


def attributed(delta: Array, weights: Array, out: Array) -> Program:
    """out = W·δ, for `delta` (batch, fan_out), `weights` (fan_in, fan_out), `out` (batch, fan_in)."""
    if delta.shape[-2] > 1:
        return [partial(np.matmul, delta, _transposed(weights), out)]
    return _sum_of_scaled_rows(_transposed(delta), _transposed(weights), out)


def outer(below: Array, delta: Array, out: Array) -> Program:
    """out = below ⊗ δ, averaged over the batch: (fan_in, fan_out)."""
    batch = below.shape[-2]
    if batch > 1:
        return [
            partial(np.matmul, _transposed(below), delta, out),
            partial(np.divide, out, np.array(float(batch)), out),
        ]
    if out.ndim > 2 or 1 in out.shape:  # BLAS takes 0 × NaN for 0 when it scales a vector
        return [partial(np.multiply, _transposed(below), delta, out)]
    return [partial(np.dot, below.T, delta, out)]  # one term an entry: no sum, so no order to keep


def averaged(delta: Array, out: Array) -> Program:
    """out = the mean of `delta` (batch, units) over the batch: (units,)."""
    batch = delta.shape[-2]
    if batch == 1:
        return [partial(np.copyto, out, delta[..., 0, :])]
    return [partial(np.add.reduce, delta, -2, None, out), partial(np.divide, out, np.array(float(batch)), out)]


def _sum_of_scaled_rows(scales: Array, rows: Array, out: Array) -> Program:
    """out[0] = Σᵢ scales[i]·rows[i] in order, for `scales` (n, 1), `rows` (n, m), `out` (1, m)."""
    if rows.ndim > 2:
        return _sums_of_scaled_rows(scales, rows, out[..., 0, :])
    n, m = rows.shape
    if n == 1:
        return [partial(np.multiply, rows[0], scales[0, 0, ...], out[0])]
    terms = np.empty((n, m))
    if m == 1:  # the last of the running totals, because a plain sum of one column is taken pairwise
        totals = np.empty(n)
        return [
            partial(np.multiply, scales[:, 0], rows[:, 0], terms[:, 0]),
            partial(np.add.accumulate, terms[:, 0], 0, None, totals),
            partial(np.copyto, out[0], totals[-1:]),
        ]
    spread = np.empty((n, m))
    return [
        partial(np.copyto, spread, scales),
        partial(np.multiply, spread, rows, terms),
        partial(np.add.reduce, terms, 0, None, out[0]),
    ]


def _sums_of_scaled_rows(scales: Array, rows: Array, out: Array) -> Program:
    """out = Σᵢ scales[i]·rows[i] in order for each network: `scales` (…, n, 1), `rows` (…, n, m), `out` (…, m)."""
    term = np.empty_like(out)
    program: Program = [partial(np.multiply, rows[..., 0, :], scales[..., 0, :], out)]
    for row in range(1, rows.shape[-2]):
        program.append(partial(np.multiply, rows[..., row, :], scales[..., row, :], term))
        program.append(partial(np.add, out, term, out))
    return program


def _transposed(array: Array) -> Array:
    return array.swapaxes(-1, -2)
