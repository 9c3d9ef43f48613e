"""A moving picture of what the program draws: its frames in a PTY, as an SVG that plays by itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any

import pyte
from terminals import STUDIO, colour

from tests.emulator import Program, readable

COLUMNS, ROWS = 80, 24
CELL = (8, 17)
"""Width and height of a cell, in pixels."""
EDGE = 10
PULSE = 0.06
"""Seconds that a frame of a pulse stays."""
INK, PAPER = "#e0e0e0", "#121212"
FRAME_END = b"\x1b[?2026l"

Row = tuple[tuple[str, str, str, bool], ...]
"""Runs of cells that look the same: text, colour, colour behind it, whether bold."""
Frame = tuple[float, tuple[Row, ...]]
"""Seconds, and what shows for so long."""


@dataclass(frozen=True)
class Film:
    """Keys, each with the seconds for which what it leads to stays."""

    arguments: tuple[str, ...]
    opening: float
    keys: tuple[tuple[str, float], ...]

    def svg(self) -> str:
        """The moving picture."""
        return _svg(list(self._frames()))

    def _frames(self) -> Iterator[Frame]:
        with tempfile.TemporaryDirectory() as state:
            environment = {"COLORTERM": "truecolor", "XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state}
            command = (*STUDIO[:-1], *self.arguments)
            with Program(command=command, environment=environment, columns=COLUMNS, rows=ROWS) as program:
                program.settle(0.6)
                screen = pyte.Screen(COLUMNS, ROWS)
                stream, seen = pyte.ByteStream(screen), 0
                for keys, seconds in (("", self.opening), *self.keys):
                    program.press(keys)
                    program.settle(0.6)
                    parts = program.received[seen:].split(FRAME_END)
                    seen = len(program.received)
                    for part in parts[:-1]:
                        stream.feed(readable(part))
                        if len(keys) == 1:  # of many keys, what they lead to is enough
                            yield PULSE, _rows(screen)
                    stream.feed(readable(parts[-1]))
                    yield seconds, _rows(screen)
                program.press("q")


def _rows(screen: pyte.Screen) -> tuple[Row, ...]:
    return tuple(_row([screen.buffer[y][x] for x in range(COLUMNS)]) for y in range(ROWS))


def _row(cells: Sequence[Any]) -> Row:
    def look(cell: Any) -> tuple[str, str, bool]:
        ink, paper = colour(cell.fg), colour(cell.bg)
        return (paper, ink, cell.bold) if cell.reverse else (ink, paper, cell.bold)

    return tuple(("".join(cell.data for cell in run), *style) for style, run in groupby(cells, look))


def _svg(frames: Sequence[Frame]) -> str:
    """Each row as often as it changes, each time shown for as long as it stays."""
    length = sum(seconds for seconds, _ in frames)
    width, height = COLUMNS * CELL[0] + 2 * EDGE, ROWS * CELL[1] + 2 * EDGE
    looks: dict[str, str] = {}
    drawn = []
    for y in range(ROWS):
        start = 0.0
        for row, same in groupby(frames, lambda frame: frame[1][y]):  # noqa: B023  # it is used at once
            end = start + sum(seconds for seconds, _ in same)
            drawn.append(f"<g>{_shown(start / length, end / length, length)}{_texts(row, y, looks)}</g>")
            start = end
    font = "font:13.3px 'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre"
    styles = f"text{{{font}}}rect{{shape-rendering:crispEdges}}"
    styles += "".join(f".{name}{{{rule}}}" for rule, name in looks.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}">\n'
        f"<style>{styles}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>\n' + "\n".join(drawn) + "\n</svg>\n"
    )


def _shown(start: float, end: float, length: float) -> str:
    """From one share of the length to another; nothing for what always shows."""
    if start == 0 and end > 0.9999:
        return ""
    turns = [(0.0, "inline" if start == 0 else "none")]
    turns += [(start, "inline")] if start else []
    turns += [(end, "none")] if end < 0.9999 else []
    times, values = ";".join(f"{at:.4f}" for at, _ in turns), ";".join(value for _, value in turns)
    return (
        f'<animate attributeName="display" values="{values}" keyTimes="{times}" calcMode="discrete"'
        f' dur="{length:.2f}s" repeatCount="indefinite"/>'
    )


def _texts(row: Row, y: int, looks: dict[str, str]) -> str:
    texts, x = [], 0
    for text, ink, paper, bold in row:
        left, top = EDGE + x * CELL[0], EDGE + y * CELL[1]
        x += len(text)
        if paper not in ("default", PAPER):
            size = f'width="{len(text) * CELL[0]:.1f}" height="{CELL[1]:g}"'
            texts.append(f'<rect x="{left:.1f}" y="{top:g}" {size} fill="{paper}"/>')
        if text.strip():
            rule = f"fill:{INK if ink == 'default' else ink}" + ";font-weight:bold" * bold
            name = looks.setdefault(rule, f"a{len(looks)}")
            place = f'x="{left:.1f}" y="{top + 0.75 * CELL[1]:g}" textLength="{len(text) * CELL[0]:.1f}"'
            texts.append(f'<text class="{name}" {place}>{escape(text)}</text>')
    return "".join(texts)
