"""How long the studio takes to show itself: `python -m tests.benchmarks.start [RUNS]` prints medians of one run.

Beside it stands a Textual application that shows one label and imports NumPy. The two take turns, so that what else
the machine does troubles both alike. A start ends when the screen first shows all the text that it settles with.
"""

from __future__ import annotations

import statistics
import sys
import time
from compileall import compile_dir
from pathlib import Path
from typing import Any

import tui_backprop
from tests.emulator import PLAIN, Program
from tests.folders import folders

LABEL = """
import numpy
from textual.app import App
from textual.widgets import Label

class Labelled(App):
    def compose(self):
        yield Label("ready")

Labelled().run()
"""
RUNS = 20


class Timed(Program):
    """A program whose drawing is looked at afterwards, so that looking takes no time from it."""

    def __init__(self, first: str, **options: Any) -> None:
        self._drawn: list[tuple[float, bytes]] = []
        self._text = first.encode()
        self._start = time.perf_counter()
        super().__init__(columns=120, rows=40, **options)

    def _feed(self, text: bytes) -> None:
        self._drawn.append((time.perf_counter() - self._start, text))

    def seconds(self) -> float:
        """From the program's start to its first full picture, which has the text `first` in it."""
        while self.read(0.5 if self._text in self.received else 10.0):
            pass
        self.__exit__(None, None, None)
        pictures = []
        for seconds, text in self._drawn:
            super()._feed(text)
            pictures.append((seconds, self.text))
        return next(seconds for seconds, text in pictures if text == self.text)


def main() -> None:
    """Prints the figures."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    compile_dir(Path(tui_backprop.__file__).parent, quiet=1)  # as an installed package is
    ours, label = [], []
    with folders():
        for _ in range(runs):
            ours.append(Timed("quit").seconds())
            label.append(Timed("ready", command=[sys.executable, "-c", LABEL], environment=PLAIN).seconds())
    for name, times in (("the studio", ours), ("one label, and NumPy", label)):
        print(f"{name:<22}{statistics.median(times):6.3f} s   from {min(times):.3f} to {max(times):.3f} s")
    ratio = statistics.median(a / b for a, b in zip(ours, label, strict=True))
    print(f"{'ratio':<22}{ratio:6.2f}     median of {runs} pairs; of the shortest {min(ours) / min(label):.2f}")


if __name__ == "__main__":
    main()
