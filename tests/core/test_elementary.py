"""Exponentials, logarithms and their relatives, held against mpmath at 200 bits."""

from __future__ import annotations

import importlib
import math
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.transcription import Array
from tui_backprop.core import elementary

RANDOM = np.random.default_rng(5)


def around(scale: float) -> Array:
    return RANDOM.normal(0.0, scale, 400)


def between(low: float, high: float) -> Array:
    return RANDOM.uniform(low, high, 800)


def powers(low: float, high: float) -> Array:
    return np.asarray(10.0 ** RANDOM.uniform(low, high, 400))


NODES = np.arange(-800, 800) / 64
TRUE: dict[str, tuple[Callable[[Any], Any], float, list[Array]]] = {
    "exp": (mpmath.exp, 1, [between(-700, 700), between(-745, -700), between(-1, 1), around(1e-8), NODES]),
    "tanh": (mpmath.tanh, 4, [between(-20, 20), between(-0.1, 0.1), around(1e-7), powers(-300, -10), NODES]),
    "sigmoid": (
        lambda z: 1 / (1 + mpmath.exp(-z)),
        4,
        [between(-40, 40), between(-1, 1), between(-744, -30), around(1e-9), NODES],
    ),
    "expm1": (mpmath.expm1, 4, [between(-40, 0), between(-0.1, 0), -powers(-300, -2), NODES[NODES < 0]]),
    "log": (mpmath.log, 4, [between(0.1, 3), 1 + around(0.01), 1 + around(1e-9), powers(-307, 307)]),
    "log1p": (mpmath.log1p, 4, [between(-0.99, 3), powers(-20, 2), -powers(-20, -0.01), powers(-300, 300)]),
}
"""The true function, how many units in the last place ours may be off, and where."""
EDGES = [0.0, 5e-324, 1e-310, 2.2e-308, 0.5 / 64, 19.06, 19.0625, 19.07, 38.12, 38.125, 38.13, 700.0, 709.78, 709.79]
EDGES += [710.0, 744.0, 745.13, 745.14, 746.0, 1e17, 1e308, math.inf, math.nan]
EDGES += [-edge for edge in EDGES]


LAYOUTS: list[Callable[[Array], Array]] = [
    lambda array: array,
    lambda array: array[..., ::2],
    np.asfortranarray,
    lambda array: np.asfortranarray(array[..., :50]),
]
"""Whole, with gaps, with the first axis innermost, and the same of few numbers."""


def number(name: str) -> Callable[[float], float]:
    return getattr(elementary, name)  # type: ignore[no-any-return]


def into(name: str, z: Array) -> Array:
    out = np.empty_like(z)
    with np.errstate(all="ignore"):
        getattr(elementary, f"{name}_into")(z, out)
    return out


@pytest.mark.parametrize("name", TRUE)
def test_numbers_are_within_a_few_units_in_the_last_place(name: str) -> None:
    true, allowed, where = TRUE[name]
    with mpmath.workprec(200):
        for value in np.concatenate(where).tolist():
            exact = true(mpmath.mpf(value))
            off = abs(mpmath.mpf(number(name)(value)) - exact) / mpmath.mpf(math.ulp(float(exact)))
            assert off <= allowed, (value, off)


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("shape", [(-1,), (20, -1), (2, 8, -1)])
def test_arrays_have_the_bits_of_single_numbers(name: str, shape: tuple[int, ...]) -> None:
    values = np.concatenate([*TRUE[name][2], EDGES])
    values = values[~(values > 0)] if name in ("exp", "expm1") else values
    values = np.resize(values, (len(values) // 16 + 1) * 80).reshape(shape)
    expected = np.array([number(name)(value) for value in values.ravel().tolist()]).reshape(values.shape)
    for laid in LAYOUTS:
        found, wanted = into(name, laid(values)), laid(expected)
        assert np.array_equal(found, wanted, equal_nan=True)
        assert np.array_equal(np.signbit(found)[~np.isnan(found)], np.signbit(wanted)[~np.isnan(found)])
    few = values.ravel()[:7].copy()
    with np.errstate(all="ignore"):
        getattr(elementary, f"{name}_into")(few, few)  # in place
    assert np.array_equal(few, expected.ravel()[:7], equal_nan=True)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("tanh", -60, 60), ("sigmoid", -60, 60), ("exp", -60, 0), ("exp", -38, 0)]
)
def test_blocks_in_place(name: str, low: float, high: float) -> None:
    z = between(low, high)
    expected = [number(name)(value) for value in z.tolist()]
    getattr(elementary, f"{name}_into")(z, z)
    assert z.tolist() == expected


def test_tanh_is_odd_to_the_last_bit() -> None:
    z = np.concatenate([*TRUE["tanh"][2], EDGES])
    assert np.array_equal(into("tanh", -z), -into("tanh", z), equal_nan=True)
    for value in EDGES:
        assert math.copysign(1.0, elementary.tanh(value)) == math.copysign(1.0, value) or math.isnan(value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("exp", 0.0, 1.0), ("exp", -math.inf, 0.0), ("exp", math.inf, math.inf), ("exp", 709.79, math.inf),
        ("exp", -745.13, 5e-324), ("exp", -745.14, 0.0), ("exp", 709.782712893384, math.exp(709.782712893384)),
        ("tanh", 5e-324, 5e-324), ("tanh", 20.0, 1.0), ("tanh", -math.inf, -1.0),
        ("sigmoid", 0.0, 0.5), ("sigmoid", -math.inf, 0.0), ("sigmoid", math.inf, 1.0), ("sigmoid", -745.13, 5e-324),
        ("expm1", -5e-324, -5e-324), ("expm1", -math.inf, -1.0),
        ("log", 0.0, -math.inf), ("log", 1.0, 0.0), ("log", math.inf, math.inf), ("log", 5e-324, math.log(5e-324)),
        ("log1p", 5e-324, 5e-324), ("log1p", -1.0, -math.inf), ("log1p", math.inf, math.inf),
    ],
)  # fmt: skip
def test_edges(name: str, value: float, expected: float) -> None:
    assert number(name)(value) == expected


def test_what_is_not_a_number_stays_so() -> None:
    assert all(math.isnan(number(name)(math.nan)) for name in TRUE)
    assert all(math.isnan(elementary.log(value)) for value in (-5e-324, -1.0, -math.inf))


SUM = """
import hashlib, numpy as np, sys
from tui_backprop.core import elementary as e
from tui_backprop import Trainer, load_experiment
from tui_backprop.core.angles import sin_cos
from tui_backprop.core.initialisers import Random
from tui_backprop.experiments.generators import generate
digest, z = hashlib.sha256(), np.random.RandomState(1).uniform(-50, 50, 20000)
functions = e.exp_into, e.expm1_into, e.tanh_into, e.sigmoid_into, e.log_into
for f, x in zip(functions, (-abs(z), -abs(z), z, z, abs(z))):
    out = np.empty_like(x)
    f(x, out)
    digest.update(out)
random = Random()
random.seed(1)
digest.update(random.normal(0.0, 1.0, (200_000,)))
for part in sin_cos(np.random.RandomState(1).uniform(-50, 50, 200_000)):
    digest.update(part)
for part in generate("gauss", 100_000, 0.5, 1):
    digest.update(part)
for name in sys.argv[1:]:
    trainer = Trainer(load_experiment(name))
    digest.update(trainer.advance(trainer.start(), 5 * trainer.steps_per_epoch).parameters.flat)
print(digest.hexdigest())
"""


def features() -> str:
    """What NumPy uses of this processor beyond the least that it needs."""
    umath: Any = importlib.import_module("numpy._core._multiarray_umath")
    return " ".join(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name])


LIBRARY = "glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-FMA,-FMA4"
"""What the C library of most Linux systems then does not use, either."""


@pytest.mark.slow
def test_the_processors_extensions_change_no_bit() -> None:
    names = ["spiral", "circle", "iris", "sigmoid", "article"]
    found = {
        subprocess.run(
            [sys.executable, "-c", SUM, *names],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for environment in ({}, {"NPY_DISABLE_CPU_FEATURES": features()}, {"GLIBC_TUNABLES": LIBRARY})
    }
    assert len(found) == 1
