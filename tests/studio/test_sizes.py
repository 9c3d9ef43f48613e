"""Terminals of any size, whatever they claim, with anything open."""

from __future__ import annotations

import pytest
from textual.events import Resize
from textual.geometry import Size

from tests.studio.studio import NARROW, studio
from tui_backprop.terminal.size import LARGEST, SMALLEST

OPENED: list[tuple[str, ...]] = [
    (), ("g",), ("u",), ("s",), ("enter",), ("u", "down", "enter"), ("ctrl+n",), ("S",), ("question_mark",),
    ("ctrl+p",), ("c",), ("f",), ("1", "2"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("keys", OPENED, ids=lambda keys: " ".join(keys) or "studio")
async def test_whatever_is_open_survives_any_size(keys: tuple[str, ...]) -> None:
    async with studio("xor", size=NARROW) as s:
        await s.press("space", *keys)
        for size in ((1, 1), (4, 24), (6, 24), (10, 3), (80, 1), (1, 300), (12, 4), (20, 8)):
            await s.resize(size)
            await s.press("down", "pagedown", "up")
            assert s.app.is_running
            assert s.app.size == (max(size[0], SMALLEST[0]), max(size[1], SMALLEST[1]))
        await s.resize(NARROW)
        assert s.app.screen.size == NARROW


async def test_it_starts_in_the_smallest_terminal() -> None:
    async with studio(size=(1, 1)) as s:
        await s.press("u", "enter")
        await s.resize(NARROW)
        assert "Converged" in s.sentence


@pytest.mark.slow
@pytest.mark.parametrize("claimed", [(10**9, 10**9), (60_000, 2), (2, 60_000), (-5, -5), (0, 0)])
async def test_no_screen_is_larger_than_there_can_be(claimed: tuple[int, int]) -> None:
    async with studio(size=NARROW) as s:
        s.app.post_message(Resize(Size(*claimed), Size(*claimed)))
        await s.pilot.pause(0.1)
        assert SMALLEST <= tuple(s.app.screen.size) <= LARGEST
        await s.press("space")
        assert s.where == (1, "update")


async def test_titles_are_whole_however_long_names_are() -> None:
    names = [f"mean of the {place} measurements of a kind" for place in ("first", "second")]
    data = {"inputs": [[0.0, 1.0], [1.0, 0.0]], "targets": [[0.0], [1.0]], "names": names}
    async with studio({"network": {"layers": [2, 3, 1]}, "data": data}, (160, 48)) as s:
        assert s.title("Inspector") == f"W1[{names[0]}→h1]"
        await s.pilot.resize_terminal(*NARROW)
        await s.pilot.pause()
        assert s.title("Inspector") == "Inspector"
        await s.press("8")
        assert s.title("Landscape") == "Loss surface  (8: close)"
