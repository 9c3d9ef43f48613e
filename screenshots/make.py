"""Remakes the pictures in this folder from the program: `python screenshots/make.py`; needs tmux."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from moving import Film
from terminals import side_by_side

from tui_backprop.core.run.place import parse_place
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.experiments import load_experiment
from tui_backprop.lessons.library import find
from tui_backprop.studio.app import lesson_picture, picture

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shot:
    """What a picture shows: an experiment at a moment, after some keys."""

    name: str
    at: str
    experiment: str = "article"
    size: tuple[int, int] = (120, 40)
    theme: str = "dark"
    keys: tuple[str, ...] = ()

    def svg(self) -> str:
        """The picture."""
        timeline = Timeline(load_experiment(self.experiment))
        timeline.go(*parse_place(self.at, timeline))
        return picture(timeline, self.size, self.theme, self.keys).svg


@dataclass(frozen=True)
class Page:
    """What a picture of a lesson shows: a chapter after some keys."""

    name: str
    chapter: int
    keys: tuple[str, ...]
    size: tuple[int, int] = (120, 40)

    def svg(self) -> str:
        """The picture."""
        return lesson_picture(find(str(self.chapter)), self.size, keys=self.keys).svg


VIEW_SHOTS = (
    Shot("surface", "40", experiment="circle"),
    Shot("set-up", "1", keys=("ctrl+n",)),
    Shot("gates", "1:1", keys=("2",)),
    Shot("tug-of-war", "40", experiment="no-direction", keys=("3", "down")),
    Shot("collapse", "40", experiment="linear-collapse", keys=("4",)),
    Shot("interference", "3:3", keys=("5",)),
    Shot("health", "100", experiment="sigmoid", keys=("6",)),
    Shot("gradient-check", "3:1:gradient", keys=("7", "right")),
    Shot("loss-surface", "30", experiment="circle", keys=("8",)),
)
"""Every view, each in both sizes."""
SHOTS: tuple[Shot | Page, ...] = (
    Shot("sum1", "13:1:sum1", keys=("right",)),
    Shot("mask1", "1:2:mask1", keys=("right",)),
    Shot("update", "15:1:update", keys=("v", "v", "right")),
    Shot("small", "1:2:mask1", size=(80, 24), keys=("right",)),
    Shot("light", "60:3:upstream1", theme="light", keys=("v", "v")),
    Shot("ansi", "1:2:mask1", theme="ansi", keys=("right",)),
    Shot("chart", "148", keys=("c",)),
    Shot("sweep", "0", experiment="article-random", keys=("S", "wait:4000", "down", "down")),
    Shot("sweep-small", "0", experiment="article-random", size=(80, 24), keys=("S", "wait:4000", "down", "down")),
    Shot("blame", "1:0:upstream1", experiment="blame"),
    Page("chapter-01", 1, ("n", "n", "n", "n")),
    Page("chapter-02", 2, ("n",) * 12),
    Page("chapter-03", 3, ("n", "n", "n", "d", "enter")),
    Page("chapter-04", 4, (*("n",) * 4, "0", "full_stop", "3", "enter")),
    Page("chapter-05", 5, ("n", "n", "n", "b", "enter")),
    Page("chapter-06", 6, (*("n",) * 16, "0", "full_stop", "5", "8", "6", "enter")),
    Page("chapter-07", 7, (*("n",) * 9, "c", "enter")),
    Page("chapter-08", 8, ("n",) * 6),
    Page("chapter-09", 9, ("n",) * 8),
    Page("chapter-10", 10, ("n", "n", "n", "c", "enter")),
    Page("chapter-11", 11, (*("n",) * 4, "full_stop", "full_stop", "full_stop")),
    Page("chapter-12", 12, ("n",) * 8),
    Page("lesson-small", 5, ("n", "n", "n", "n", "n", "b", "enter"), (80, 24)),
    *(shot for wide in VIEW_SHOTS for shot in (wide, replace(wide, name=f"{wide.name}-small", size=(80, 24)))),
)
FILMS = {
    "demo": Film(
        ("article", "--at", "1:2:predict"),
        1.5,
        (
            ("\x1b[C", 0.5), (".", 1.5), (".", 1.5), (".", 2.0), (" ", 0.5), (" ", 0.4),
            *((keys, 0.25) for keys in ("e", "e", "ee", "eee", "e" * 5, "e" * 8, "e" * 12, "e" * 20, "e" * 30)),
            ("e" * 80, 2.5),
        ),
    ),
    "circle": Film(("circle",), 1.0, ((" ", 0.6), *(("e" * epochs, 0.5) for epochs in (2, 2, 3, 4, 5, 6, 8, 10)))),
}  # fmt: skip


if __name__ == "__main__":
    for name, film in FILMS.items():
        (FOLDER / f"{name}.svg").write_text(film.svg(), encoding="utf-8")
        print(f"{name}.svg")
    for shot in SHOTS:
        (FOLDER / f"{shot.name}.svg").write_text(shot.svg(), encoding="utf-8")
        print(f"{shot.name}.svg")
    (FOLDER / "terminals.svg").write_text(side_by_side(), encoding="utf-8")
    print("terminals.svg")
