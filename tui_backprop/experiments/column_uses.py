"""What each column of a file is used for, in terms of a draft's fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_backprop.experiments.columns import Opener, chosen_columns

NUMBER, CLASSES, OUT, TARGET, TARGET_CLASSES = "number", "classes", "left out", "learned", "learned, classes"
USES = (NUMBER, CLASSES, OUT, TARGET, TARGET_CLASSES)
OF_TEXTS = (CLASSES, OUT, TARGET_CLASSES)
OF_BOTH = (OUT, CLASSES, TARGET_CLASSES)
"""The uses of a column of texts with numbers among them, which are classes only if the user says so."""


def uses_of(table: Mapping[str, Any], open_csv: Opener) -> list[tuple[str, str, tuple[str, ...]]]:
    """(name, use, uses that it could have) of each column of the file that a table [data] names."""
    file, chosen = chosen_columns(table, open_csv)
    found: list[tuple[str, str, tuple[str, ...]]] = []
    for index, name in enumerate(file.names):
        classes = index in file.texts or index in chosen.as_classes
        use = (TARGET_CLASSES if classes else TARGET) if index in chosen.targets else CLASSES if classes else NUMBER
        used = index in chosen.targets or index in chosen.inputs
        could = USES if index not in file.texts else OF_BOTH if file.has_numbers_in_texts(index) else OF_TEXTS
        found.append((name, use if used else OUT, could))
    return found


def fields_of(names: Sequence[str], uses: Sequence[str], texts: Sequence[bool]) -> dict[str, list[str]]:
    """The columns to be learned, the inputs, and the columns of numbers that hold classes."""
    pairs = list(zip(names, uses, texts, strict=True))
    return {
        "target": [name for name, use, _ in pairs if use in (TARGET, TARGET_CLASSES)],
        "columns": [name for name, use, _ in pairs if use in (NUMBER, CLASSES)],
        "classes": [name for name, use, is_text in pairs if use in (CLASSES, TARGET_CLASSES) and not is_text],
    }
