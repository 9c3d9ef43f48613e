"""The keys of a TOML table in a lesson's file: checked as in an experiment's, and every mistake has its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tui_backprop.errors import ExperimentError
from tui_backprop.experiments.schema import Section

Found = TypeVar("Found")


class Keys(Section):
    """The keys of one TOML table, and the lines in which they stand. Mistakes are noted, and reading goes on."""

    def __init__(
        self, table: Mapping[str, Any], lines: list[str], first: int, mistake: Callable[[int, str, str], None]
    ) -> None:
        super().__init__("", "", table)
        self._lines, self._first, self._mistake = lines, first, mistake

    def line(self, key: str) -> int:
        """The line of a key; the line before the first if it is missing."""
        at = next((i for i, content in enumerate(self._lines) if re.match(rf"\s*\"?{re.escape(key)}\b", content)), -1)
        return self._first + at

    def wrong(self, key: str, message: str, hint: str = "") -> None:
        """A mistake at the line of a key."""
        self._mistake(self.line(key), message, hint)

    def note(self, error: ExperimentError) -> None:
        """A mistake that was found on reading a key."""
        self.wrong(error.key, f"{error.key}: {error.detail}")

    def kept(self, read: Callable[[], Found], otherwise: Found) -> Found:
        """The value that is read, or a substitute where reading it is a mistake."""
        try:
            return read()
        except ExperimentError as error:
            self.note(error)
            return otherwise

    def need(self, key: str) -> None:
        """Notes a mistake if the key is missing."""
        if not self.has(key):
            self.wrong(key, f"{key!r} is missing", f'{key} = "…"')

    def line_of_text(self, key: str) -> str:
        """Text without control characters; empty if it is missing."""
        return self._printable(key, self.kept(lambda: self.text(key, ""), ""))

    def lines_of_text(self, key: str) -> tuple[str, ...]:
        """A list of such texts."""
        texts = self.kept(lambda: self.strings(key), None)
        return tuple(self._printable(key, text) for text in texts or ())

    def _printable(self, key: str, text: str) -> str:
        if text.isprintable():
            return text
        self.wrong(key, f"a control character in {key!r}", "printable text only")
        return ""

    def small(self, key: str, default: int) -> int:
        """A small whole number."""
        return self.kept(lambda: self.integer(key, default, 0, 15), default)

    def forget(self) -> None:
        """Stops reporting unknown keys, where it is not known what they should be."""
        self._asked = list(self.values)

    def done(self) -> None:
        """Notes a mistake for every key that was not asked for."""
        for error in self.unknown():
            self.note(error)
