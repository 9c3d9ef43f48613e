"""Remakes the pictures in this folder from the program: `python screenshots/make.py`; needs tmux."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from terminals import side_by_side

from tui_backprop.app import picture
from tui_backprop.core.place import parse_place
from tui_backprop.core.timeline import Timeline
from tui_backprop.experiments import load_experiment

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


SHOTS = (
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
)


if __name__ == "__main__":
    for shot in SHOTS:
        (FOLDER / f"{shot.name}.svg").write_text(shot.svg(), encoding="utf-8")
        print(f"{shot.name}.svg")
    (FOLDER / "terminals.svg").write_text(side_by_side(), encoding="utf-8")
    print("terminals.svg")
