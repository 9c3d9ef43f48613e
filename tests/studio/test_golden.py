"""A few whole screens, kept as text to be read and compared exactly; the figures in them are tested elsewhere.

After a change of the picture that is meant, `python -m tests.studio.test_golden` remakes them; read the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.studio.studio import NARROW, WIDE
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio.app import picture

FOLDER = Path(__file__).with_name("golden")
SCREENS: dict[str, tuple[str, int, str, tuple[int, int], tuple[str, ...]]] = {
    "article-forward": ("article", 1, "activate1", WIDE, ()),
    "article-backward": ("article", 3, "mask1", WIDE, ()),  # a shut gate
    "article-narrow": ("article", 3, "update", NARROW, ("v",)),
    "dead-relu-gates": ("dead-relu", 40, "update", NARROW, ("2",)),
    "xor-surface": ("xor", 400, "update", WIDE, ()),
}
"""By name: experiment, step, phase, size, and keys."""


def screen(name: str) -> str:
    experiment, step, phase, size, keys = SCREENS[name]
    timeline = Timeline(load_experiment(experiment))
    timeline.go(step, phase)
    return picture(timeline, size, "ansi", keys).text + "\n"  # whose maps are characters, not only colours


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_the_one_that_is_kept(name: str) -> None:
    kept = (FOLDER / f"{name}.txt").read_text("utf-8")
    assert screen(name).splitlines() == kept.splitlines(), "meant? python -m tests.studio.test_golden, then git diff"


if __name__ == "__main__":
    for name in SCREENS:
        (FOLDER / f"{name}.txt").write_text(screen(name), "utf-8")
