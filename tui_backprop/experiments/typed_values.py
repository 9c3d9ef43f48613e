"""Fields as they are typed: names, samples, weights; blanks part numbers, `;` rows and `/` layers."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence

from tui_backprop.errors import ExperimentError, quoted
from tui_backprop.reading.numerals import BEYOND, number_of, whole_of

ARROW = ">"
"""Between the inputs and the targets of a sample."""
Rows = list[list[float]]


def listed(text: str) -> list[str]:
    """The names in a list with commas; in double quotes a name may hold one."""
    return [name for part in csv.reader([text], skipinitialspace=True) for name in map(str.strip, part) if name]


def joined(names: Sequence[str]) -> str:
    """The text that `listed` reads back."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def as_number(text: str) -> int | float | str:
    """The number that a text stands for; other text unchanged, for the reader to refuse."""
    whole = whole_of(text)
    number = number_of(text) if whole is None or abs(whole) == BEYOND else whole
    return text.strip() if number is None else number


def read_samples(text: str, inputs: int, outputs: int) -> tuple[Rows, Rows]:
    """(inputs, targets) of samples such as `0 1 > 1; 1 1 > 0`; raises `ExperimentError`."""
    example = f"{_example(inputs)} {ARROW} {_example(outputs)}"
    first, last = [], []
    for row in filter(str.strip, text.split(";")):
        parts = row.replace("→", ARROW).split(ARROW)
        numbers = [_numbers(part, "data.typed", example) for part in parts]
        if [len(part) for part in numbers] != [inputs, outputs]:
            raise ExperimentError("draft", "data.typed", f"{quoted(row.strip())} is not a sample", example)
        first.append(numbers[0])
        last.append(numbers[1])
    if not first:
        raise ExperimentError("draft", "data.typed", f"none yet: type for example {example}, or press f5")
    return first, last


def read_weights(text: str) -> list[Rows]:
    """The matrices in `1 2; 3 4 / 5; 6`, rows first."""
    return [
        [_numbers(row, "network.weights", "1 2; 3 4 / 5; 6") for row in layer.split(";")] for layer in _layers(text)
    ]


def read_biases(text: str) -> Rows:
    """The biases in `1 2 / 3`, a list for each layer."""
    return [_numbers(layer, "network.biases", "1 2 / 3") for layer in _layers(text)]


def written(rows: Iterable[Sequence[float]], between: str = "; ") -> str:
    """Rows as they are typed."""
    return between.join(" ".join(map(short, row)) for row in rows)


def written_samples(inputs: Iterable[Sequence[float]], targets: Iterable[Sequence[float]]) -> str:
    """Samples as they are typed."""
    pairs = zip(inputs, targets, strict=True)
    return "; ".join(f"{written([row])} {ARROW} {written([target])}" for row, target in pairs)


def written_weights(matrices: Iterable[Iterable[Sequence[float]]]) -> str:
    """Matrices as they are typed."""
    return " / ".join(map(written, matrices))


def _layers(text: str) -> list[str]:
    return text.split("/") if text.strip() else []


def _numbers(text: str, key: str, example: str) -> list[float]:
    found = []
    for word in text.split():
        number = number_of(word)
        if number is None or math.isinf(number):
            raise ExperimentError("draft", key, f"{quoted(word)} is not a number", example)
        found.append(number)
    return found


def short(number: float) -> str:
    """The shortest text of exactly this number; a whole one without a point."""
    return repr(float(number)).removesuffix(".0")


def _example(count: int) -> str:
    return " ".join(map(str, range(1, min(count, 4) + 1)))
