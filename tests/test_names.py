"""Names of the code: one name, one thing."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import tui_backprop


def test_no_two_classes_have_one_name() -> None:
    files = Path(tui_backprop.__file__).parent.rglob("*.py")
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    count = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert len(count) > 100
    assert [name for name, times in count.items() if times > 1] == []
