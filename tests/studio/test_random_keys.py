"""Any keys in any order: the studio goes on, and what it shows is what the timeline holds."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.studio.studio import NARROW, SMALL, WIDE, Studio, studio
from tests.studio.test_panes import assert_up_to_date
from tui_backprop.studio.keys import KEYS
from tui_backprop.studio.screens.studio import StudioScreen

NUMBER = re.compile(r"[+−]\d\.\d{2,4}| 0\.00")
RESIZED = {f"{columns}x{rows}": (columns, rows) for columns, rows in (WIDE, NARROW, SMALL, (13, 4), (150, 50))}
PRESSED = [
    *(key.key for key in KEYS if key.name != "quit"),
    *("up", "down", "left", "right", "h", "j", "k", "l", "enter", "ctrl+p", "1", "pageup", "f1", "home", "ctrl+z", "x"),
]
OFTEN = ["space", "full_stop", "comma", "backspace", "e", "tab"]


async def press_any(s: Studio, key: str) -> None:
    if key in RESIZED:
        await s.resize(RESIZED[key])
    else:
        await s.pilot.press(key)


async def come_home(s: Studio) -> None:
    """Back to the studio with all of its panes, on the weights, with nothing under way."""
    await s.resize(WIDE)
    for _ in range(6):
        if s.app.screen is s.screen and not s.screen._move_queue.busy and s.visible >= {"Network", "Matrices"}:
            break
        await s.pilot.press("escape")
    assert isinstance(s.app.screen, StudioScreen)
    if s.screen.status:
        await s.press("p")
    await s.settle()
    while s.screen.view.value != "value":
        await s.press("v")


def numbers_in(pane: str) -> list[float]:
    """The numbers of the matrix pane."""
    return [float(number.replace("−", "-")) for number in NUMBER.findall(pane)]


@pytest.mark.slow
@pytest.mark.parametrize("start", ["article", "xor"])
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(keys=st.lists(st.sampled_from(PRESSED) | st.sampled_from(OFTEN) | st.sampled_from(sorted(RESIZED)), max_size=25))
async def test_no_keys_do_harm(start: str, keys: list[str]) -> None:
    async with studio(start) as s:
        for key in keys:
            await press_any(s, key)
            assert s.app.is_running
        await come_home(s)
        timeline = s.timeline.moment
        assert s.moment is timeline
        assert_up_to_date(s)
        shown = numbers_in(s.text("Matrices"))
        if timeline.experiment.network.units == (3, 4, 1) and timeline.finite and len(shown) == 16:
            wanted = timeline.parameters.flat
            assert all(np.abs(np.array(shown) - value).min() < 5.1e-3 for value in wanted if abs(value) < 10)
        counters = s.text("Breadcrumb").splitlines()[0]
        if timeline.step:
            assert f"epoch {timeline.epoch:,}   sample #{timeline.sample} {timeline.order}/4" in counters
            assert f"step {timeline.step:,} " in counters + " "
        else:
            assert "start: nothing computed yet" in counters
