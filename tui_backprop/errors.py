"""What can go wrong for a user, as one type: a message, a hint, an exit code."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterable

NOT_SAVED = 3
"""The exit code where what was made could not be written or saved."""
INTERRUPTED = 130
"""The exit code after ctrl+c."""
_LONGEST = 400
"""Characters of a message, and of a hint."""
_SHORTEST = 16
"""Characters of a word that are left when it has lost its middle."""


class BackpropError(Exception):
    """A mistake that the user can mend.

    `message` says what is wrong, `hint` what to do about it. Both are one line of plain text: control
    characters, which may come from the user's files, are shown as escapes and never reach the terminal.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = squeezed(printable(message), _LONGEST)
        self.hint = squeezed(printable(hint), _LONGEST)
        super().__init__(f"{self.message} ({self.hint})" if hint else self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """To pickle or copy it, whatever its class is made from."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class UnsavedError(BackpropError):
    """Something that could not be written or saved."""

    exit_code = NOT_SAVED


class ExperimentError(BackpropError):
    """An experiment that cannot be read: names the file, the key and what was expected.

    `detail` leaves out the file and the key, for a place that shows them already.
    """

    def __init__(self, source: str, key: str, message: str, expected: str = "") -> None:
        detail = f"{message} (expected {expected})" if expected else message
        self.key, self.detail = key, squeezed(printable(detail), _LONGEST)
        where = f"{source}: {key}: " if key else f"{source}: "
        super().__init__(where + message, f"expected {expected}" if expected else "")


def perhaps(word: str, known: Iterable[str]) -> str:
    """`, did you mean …?` with what comes nearest to a mistyped word, or with what it is short for; else nothing.

    >>> perhaps("ReLU", ["relu", "tanh"]), perhaps("mse", ["mean_squared", "squared"]), perhaps("--set", ["--stop"])
    (', did you mean relu?', ', did you mean mean_squared?', '')
    """
    from difflib import get_close_matches  # seldom needed, and every start would pay for it

    names = {name.lower().replace("-", "_").strip("_"): name for name in known}
    typed = word[:_LONGEST].lower().strip().replace("-", "_").replace(" ", "_").strip("_")
    inside = [
        name
        for name in names
        if (len(typed) > 3 and typed in name) or (word.isidentifier() and name in typed.split("_"))
    ]
    found = [typed] if typed in names else inside or get_close_matches(typed, names, 1, 0.65)
    initials = {name: "".join(part[:1] for part in name.split("_")) for name in names}
    short = [name for name, letters in initials.items() if len(letters) > 1 and typed in (letters, f"{letters}e")]
    best = " or ".join(names[name] for name in found or short)
    return f", did you mean {best}?" if best else ""


def quoted(text: str, limit: int = 40) -> str:
    """What the user typed, in quotation marks; a long text loses its middle."""
    return repr(_without_middle(text, limit))


def one_line(text: str, limit: int = 400) -> str:
    """`text` as one printable line, cut at its end where it is too long."""
    safe = printable(text[: limit + 1])
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"


def printable(text: str) -> str:
    """`text` with all that is not printable as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def squeezed(text: str, room: int, width: Callable[[str], int] = len) -> str:
    """A message made to fit, so that its reason stays whole.

    First the longest words, such as paths, lose their middle; then the hint in parentheses goes; then the message
    loses more of its beginning than of its end, where the reason is.
    """
    words = text.split(" ")
    while (over := width(" ".join(words)) - room) > 0:
        longest = max(range(len(words)), key=lambda index: len(words[index]))
        if len(words[longest]) <= _SHORTEST:
            break
        words[longest] = _without_middle(words[longest], max(_SHORTEST, len(words[longest]) - over - 1))
    else:
        return " ".join(words)
    message, parenthesis, _ = text.rpartition(" (")
    if parenthesis and text.endswith(")"):
        return squeezed(message, room, width)
    return _without_middle(" ".join(words), max(1, room), share=0.25)


def _without_middle(text: str, length: int, share: float = 0.5) -> str:
    head = int((length - 1) * share)
    return text if len(text) <= length else f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"
