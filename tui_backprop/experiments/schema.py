"""One table of an experiment's definition, and the checks on its keys: unknown keys, types, ranges, shapes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Range
from tui_backprop.errors import ExperimentError, perhaps
from tui_backprop.reading.numerals import counted

MOST_UNITS = 1024
"""The most units of a layer."""
_ANY = Range()
_ELSEWHERE = {
    "activation": "hidden", "activations": "hidden", "lr": "rate", "weight_decay": "l2", "normalise": "standardise",
    "normalize": "standardise", "glorot": "xavier", "glorot_uniform": "xavier_uniform", "glorot_normal": "xavier",
    "kaiming": "he", "kaiming_uniform": "he_uniform", "kaiming_normal": "he", "xavier_normal": "xavier",
    "he_normal": "he",
}  # fmt: skip
"""Names that other libraries give to some of our keys and values."""


class Section:
    """Reads keys of one table; `done()` refuses those that were not asked for.

    Every mistake is an `ExperimentError` that names the file, the key and what was expected.
    """

    def __init__(self, source: str, path: str, values: Mapping[str, Any]) -> None:
        self._source, self._path, self.values = source, path, values
        self._asked: list[str] = []

    def error(self, key: str, message: str, expected: str) -> ExperimentError:
        """A mistake at `key` of this table."""
        return ExperimentError(self._source, f"{self._path}.{key}" if self._path else key, message, expected)

    def done(self) -> None:
        """Raises for the first key that was not asked for."""
        for error in self.unknown():
            raise error

    def unknown(self) -> Iterator[ExperimentError]:
        """A mistake for each key that was not asked for."""
        for key in self.values:
            if key not in self._asked:
                word = _ELSEWHERE.get(key, str(key))
                yield self.error(key, f"unknown key{perhaps(word, self._asked)}", f"one of {', '.join(self._asked)}")

    def missing(self, key: str, expected: str) -> ExperimentError:
        """`key` is missing, or another that nobody has asked for yet is a mistyped one."""
        for given in self.values:
            if given not in self._asked and (near := perhaps(str(given), [key])):
                return self.error(given, f"unknown key{near}", expected)
        return self.error(key, "is missing", expected)

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self.values

    def is_table(self, key: str) -> bool:
        """Whether a table is given at the key."""
        return isinstance(self.values.get(key), Mapping)

    def is_flag(self, key: str) -> bool:
        """Whether true or false is given at the key."""
        return isinstance(self.values.get(key), bool)

    def section(self, key: str) -> Section:
        """The table at `key`; an empty one where it is missing."""
        values = self._get(key, {})
        if not isinstance(values, Mapping):
            raise self.error(key, f"{_show(values)} is not a table", f"[{key}]")
        return Section(self._source, key, values)

    def within(self, key: str, value: Any) -> Section:
        """`value`, which was found at `key`, as a table."""
        if not isinstance(value, Mapping):
            raise self.error(key, f"{_show(value)} is not a table", "a table")
        return Section(self._source, f"{self._path}.{key}" if self._path else key, value)

    def listed(self, key: str) -> Sequence[Any] | None:
        """A list of anything, or None."""
        value = self._get(key, None)
        if value is not None and not isinstance(value, list | tuple):
            raise self.error(key, f"{_show(value)} is not a list", "a list")
        return value

    def scalar(self, key: str) -> float | str | bool | None:
        """A finite number, text, true or false."""
        value = self._get(key, None)
        if not isinstance(value, str | bool) and not _is_number(value):
            raise self.error(key, f"{_show(value)} is not a value", "a finite number, text, true or false")
        return value  # type: ignore[no-any-return]

    def text(self, key: str, default: str) -> str:
        """A string; control characters in it are the caller's to escape when it is shown."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self.error(key, f"{_show(value)} is not text", "a string")
        return value

    def strings(self, key: str) -> list[str] | None:
        """A list of strings, or None."""
        value = self._get(key, None)
        if value is not None and not (isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)):
            raise self.error(key, f"{_show(value)} is not a list of names", 'a list such as ["x1", "x2"]')
        return None if value is None else list(value)

    def choice(self, key: str, default: str, choices: Sequence[str]) -> str:
        """One of several names, or the default."""
        value = self._get(key, default)
        return self.chosen(key, value, choices) if self.has(key) else default

    def chosen(self, key: str, value: Any, choices: Sequence[str]) -> str:
        """The value at `key`, or one of its entries, if it is one of the choices."""
        if not isinstance(value, str) or value not in choices:
            near = perhaps(_ELSEWHERE.get(value, value), choices) if isinstance(value, str) else ""
            raise self.error(key, f"unknown {_show(value)}{near}", " | ".join(choices))
        return value

    def names(self, key: str, default: str, choices: Sequence[str], count: int) -> list[str]:
        """One name for each of `count` places, given as one for all or as a list."""
        value = self._get(key, default)
        if not isinstance(value, list | tuple):
            return [self.chosen(key, value, choices)] * count
        if len(value) != count:
            raise self.error(
                key, f"has {counted(len(value), 'name')}", f"one name, or {count}: one for each hidden layer"
            )
        return [self.chosen(key, name, choices) for name in value]

    def flag(self, key: str, default: bool) -> bool:
        """true or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{_show(value)} is neither true nor false", "true or false")
        return value

    def bias(self, key: str) -> bool | str:
        """true, false or "frozen"."""
        value = self._get(key, False)
        if not isinstance(value, bool) and value != "frozen":
            raise self.error(key, f"{_show(value)} is not a kind of bias", 'true, false or "frozen"')
        return value  # type: ignore[no-any-return]

    def integer(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number within bounds."""
        return self._whole(key, self._get(key, default), least, most)

    def optional_integer(self, key: str, least: int, most: int) -> int | None:
        """A whole number within bounds, or None where the key is missing."""
        value = self._get(key, None)
        return None if value is None else self._whole(key, value, least, most)

    def integers(self, key: str, least: int, most: int) -> list[int]:
        """A list of whole numbers within bounds; required."""
        value, example = self._get(key, None), "e.g. [3, 4, 1]"
        if value is None:
            raise self.missing(key, example)
        if not isinstance(value, list | tuple):
            raise self.error(key, f"{_show(value)} is not a list", example)
        return [self._whole(key, entry, least, most) for entry in value]

    def batch(self, key: str, samples: int) -> int:
        """A number of samples, at most all of them, which is what "full" means."""
        value = self._get(key, 1)
        if value == "full":
            return samples
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error(key, f"{_show(value)} is not a batch size", 'a whole number from 1, or "full"')
        return min(value, samples)

    def number(self, key: str, default: float, bounds: Range = _ANY) -> float:
        """A finite number within bounds."""
        value = self._get(key, default)
        expected = f"a finite number {bounds}".rstrip()
        if not _is_number(value):
            raise self.error(key, f"{_show(value)} is not a finite number", expected)
        if side := bounds.side(value):
            raise self.error(key, f"{_show(value)} is too {'small' if side < 0 else 'large'}", expected)
        return float(value)

    def table(self, key: str, width: int, fits: Callable[[int], str] | None = None) -> Array:
        """Rows of `width` finite numbers: (rows, width); required, at least one row.

        `fits` says what else would fit, if all rows have another width.
        """
        value = self._get(key, None)
        if value is None:
            raise self.missing(key, f"rows of {counted(width, 'number')}")
        if not _is_list(value) or len(value) == 0:
            raise self.error(key, "has no samples", f"rows of {counted(width, 'number')}")
        if not any(map(_is_list, value)):
            rows = [[each] for each in value] if width == 1 else [value]
            example = f"[{', '.join(map(_show, rows[:2]))}{', …' * (len(rows) > 2)}]"
            expected = example if len(rows[0]) == width else f"rows of {counted(width, 'number')}"
            raise self.error(key, "is a list without rows", f"a row for each sample: {expected}")
        widths = {len(row) if _is_list(row) else 0 for row in value}
        otherwise = f"; or {fits(*widths)}" if fits and len(widths) == 1 and widths != {0} else ""
        rows = [self._row(key, row, width, f"row {number}", otherwise) for number, row in enumerate(value, 1)]
        return np.array(rows, dtype=np.float64)

    def arrays(self, key: str, shapes: Sequence[tuple[int, ...]], turned: str = "") -> list[Array] | None:
        """One array of finite numbers for each shape (rows, columns) or (columns,), or None.

        `turned` is what to set where rows and columns are the other way round.
        """
        value = self._get(key, None)
        if value is None:
            return None
        wanted = ", ".join("×".join(map(str, shape)) for shape in shapes)
        if not isinstance(value, list | tuple) or len(value) != len(shapes):
            raise self.error(key, f"not {counted(len(shapes), 'array')}, one for each layer", wanted)
        arrays = []
        for number, (array, shape) in enumerate(zip(value, shapes, strict=True), 1):
            where = f"layer {number}"
            if len(shape) == 1:
                arrays.append(np.array(self._row(key, array, shape[0], where)))
                continue
            if not _is_list(array) or len(array) != shape[0]:
                other = f"; or {turned}" if turned and _is_list(array) and len(array) == shape[1] else ""
                raise self.error(key, f"{where} does not have {counted(shape[0], 'row')}", f"shapes {wanted}{other}")
            rows = [self._row(key, row, shape[1], f"{where}, row {place}") for place, row in enumerate(array, 1)]
            arrays.append(np.array(rows))
        return arrays

    def _get(self, key: str, default: Any) -> Any:
        self._asked.append(key)
        return _own(self.values.get(key, default))

    def _whole(self, key: str, value: Any, least: int, most: int) -> int:
        value = _own(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            what = "is not a whole number" if isinstance(value, str | float) else "is out of range"
            raise self.error(key, f"{_show(value)} {what}", f"a whole number from {least} to {most}")
        return value

    def _row(self, key: str, row: Any, width: int, where: str, otherwise: str = "") -> list[float]:
        if not _is_list(row) or len(row) != width:
            have = f"has {counted(len(row), 'number')}" if _is_list(row) else f"is {_show(row)}, not a list"
            raise self.error(key, f"{where} {have}", counted(width, "number") + otherwise)
        for value in row:
            if not _is_number(value):
                raise self.error(
                    key, f"{where}: {_show(value)} is not a finite number", counted(width, "finite number")
                )
        return [float(value) for value in row]


def _own(value: Any) -> Any:
    """A NumPy value or array as Python's own, which can be compared with text."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _is_number(value: Any) -> bool:
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    try:
        return number and math.isfinite(value)
    except OverflowError:
        return False


def _show(value: Any) -> str:
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested beyond Python's stack, or an integer of thousands of digits
        text = f"this {type(value).__name__}"
    return text if len(text) <= 40 else text[:39] + "…"
