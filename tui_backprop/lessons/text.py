"""A lesson's text in its parts: plain and **strong** words, `keys`, [words](thing) that name something, {figures}."""

from __future__ import annotations

import re
from collections.abc import Callable

from tui_backprop.lessons.lesson import Figure, Inline, Text, Words

_TOKEN = re.compile(
    r"""\\(?P<escaped>[\\{}\[\]*|`])
    | (?P<strong>\*\*)
    | `(?P<code>[^`]*)`
    | \{(?P<figure>[^{}]*)\}
    | \[(?P<words>[^\[\]]*)\]\((?P<thing>[^()]*)\)
    | (?P<broken>\[[^\[\]]*\]\()
    | (?P<plain>[^\\*{}\[`]+)
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_PARTNER = {"{": "}", "}": "{", "[": ")"}


def _refuse(message: str) -> None:
    raise ValueError(message)


def parse(source: str, wrong: Callable[[str], None] = _refuse) -> Text:
    """The parts of a text, neighbours of the same look joined; `wrong` is called for what has no end."""
    parts: list[Inline] = []
    strong = False
    for token in _TOKEN.finditer(source):
        kind, value = token.lastgroup, token[token.lastgroup or 0]
        if kind == "strong":
            strong = not strong
        elif kind == "broken" or (kind == "other" and value in "{}"):
            wrong(f"{value[0]} without its {_PARTNER[value[0]]}; as text it is \\{value[0]}")
        elif kind == "figure":
            parts.append(Figure(value.strip(), strong))
        elif kind == "code":
            parts.append(Words(value.strip("`"), True))
        elif kind == "thing":
            parts += _named(token["words"], strong, token["thing"].strip())
        else:
            last = parts[-1] if parts else None
            if isinstance(last, Words) and not last.thing and last.strong == strong:
                parts[-1] = Words(last.text + value, strong)
            else:
                parts.append(Words(value, strong))
    if strong:
        wrong("** without the ** that ends it")
    return tuple(parts)


def _named(text: str, strong: bool, thing: str) -> list[Inline]:
    """Words in brackets, which may hold figures."""
    pieces = re.split(r"\{([^{}]*)\}", text)
    parts: list[Inline] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            parts.append(Figure(piece.strip(), strong, thing))
        elif piece:
            parts.append(Words(piece, strong, thing))
    return parts


def cells(row: str) -> list[str]:
    """The cells of a table's row `| a | b |`; `\\|` is not a border."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def code(row: str) -> tuple[Words, ...]:
    """A line of a program, and the phases at which it is at work, which its comment names."""
    text, _, phases = row.partition("#")
    return Words(text.rstrip()), *(Words(phase) for phase in phases.split())
