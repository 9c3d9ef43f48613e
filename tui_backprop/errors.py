"""What can go wrong for a user, as one type: a message, a hint, an exit code."""

from __future__ import annotations

INTERRUPTED = 130
"""The exit code after ctrl+c."""


class BackpropError(Exception):
    """A mistake that the user can mend.

    `message` says what is wrong, `hint` what to do about it. Both are one line of plain text: control
    characters, which may come from the user's files, are shown as escapes and never reach the terminal.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = one_line(message)
        self.hint = one_line(hint)
        super().__init__(f"{self.message} ({self.hint})" if hint else self.message)


class ExperimentError(BackpropError):
    """An experiment that cannot be read: names the file, the key and what was expected.

    `told` leaves out the file and the key, for a place that shows them already.
    """

    def __init__(self, source: str, key: str, message: str, expected: str = "") -> None:
        self.key, self.told = key, one_line(f"{message} (expected {expected})" if expected else message)
        where = f"{source}: {key}: " if key else f"{source}: "
        super().__init__(where + message, f"expected {expected}" if expected else "")


def quoted(text: str, limit: int = 40) -> str:
    """What somebody typed, in quotation marks; whatever is long loses its middle."""
    half = limit // 2
    return repr(text if len(text) <= limit else f"{text[:half]}…{text[-half:]}")


def one_line(text: str, limit: int = 400) -> str:
    """`text` as one printable line: whatever is not printable is escaped, whatever is too long is cut."""
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
