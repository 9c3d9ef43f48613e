"""A definition as the text of an experiment file, which reads back as the same definition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np


def toml_text(definition: Mapping[str, Any]) -> str:
    """TOML of a mapping of texts, numbers, truths, lists and tables of these."""
    return "\n".join(_table(definition, "")) + "\n"


def _table(values: Mapping[str, Any], path: str) -> list[str]:
    lines = [f"{key} = {_value(value)}" for key, value in values.items() if not isinstance(value, Mapping)]
    for key, value in values.items():
        if isinstance(value, Mapping):
            name = f"{path}.{key}" if path else key
            lines += [*([""] if lines and path else []), f"[{name}]", *_table(value, name)]
    return lines


def _value(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else repr(value)
