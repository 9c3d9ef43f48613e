"""The pulse in the graph: it runs, ends in the picture of the moment alone, and never keeps anyone waiting."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.render.moments import text
from tests.studio.panes.bench import Bench
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Unit
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.graph.pulse import DOT
from tui_backprop.studio.panes.network import QUIET, NetworkPane


class Moving:
    """The graph of the article, whose clock is turned by hand."""

    def __init__(self) -> None:
        self.timeline = Timeline(load_experiment("article"))
        self.bench = Bench(NetworkPane, self.timeline.go(2))
        assert isinstance(self.bench.widget, NetworkPane)
        self.graph = self.bench.widget
        self.graph.motion = True
        self.graph.clock = lambda: self.now
        self.now = 1e9

    @property
    def shown(self) -> list[str]:
        return [strip.text for strip in self.bench.strips]

    @property
    def dots(self) -> int:
        return "".join(self.shown).count(DOT)

    def still(self) -> list[str]:
        """What the moment alone looks like."""
        assert self.graph.moment is not None
        columns, rows = self.graph.size
        ink = "accent" if self.graph.has_focus else "frame"
        return [text(line) for line in graph(self.graph.moment, self.graph.selection, columns, rows, ink)]

    def move(self, step: int, phase: str | None = None, after: float = QUIET) -> None:
        self.now += after
        self.graph.moment = self.timeline.go(step, phase)

    async def end(self) -> None:
        async with asyncio.timeout(10):
            while self.graph.moving:
                await asyncio.sleep(0.01)


async def test_a_pulse_runs_and_ends_in_the_picture_of_the_moment_alone() -> None:
    m = Moving()
    async with m.bench.run_test(size=(120, 24)):
        for place in ((3, "input"), (3, "sum1")):
            m.move(*place)
        assert m.graph.moving
        assert 1 <= m.dots <= 4
        assert "+" in "".join(m.shown), "the sums are known at once"
        await m.end()
        assert (m.dots, m.shown) == (0, m.still())


async def test_a_step_shows_its_numbers_once_at_the_end() -> None:
    m = Moving()
    async with m.bench.run_test(size=(120, 24)):
        m.move(3)
        before = m.timeline.go(2)
        assert m.graph.moving
        drawn = "\n".join(m.shown)
        assert before.prediction is not None
        assert f"ŷ {before.prediction[0]:+.4f}" in drawn
        await m.end()
        assert m.shown == m.still()


async def test_moves_in_quick_succession_have_no_pulse() -> None:
    m = Moving()
    async with m.bench.run_test(size=(120, 24)):
        m.move(3)
        m.move(4, after=QUIET / 2)
        assert not m.graph.moving
        assert m.shown == m.still()


async def test_whatever_is_pressed_the_pulse_is_dropped() -> None:
    m = Moving()
    async with m.bench.run_test(size=(120, 24)) as pilot:
        m.move(3)
        m.graph.settle()
        assert (m.graph.moving, m.shown) == (False, m.still())
        m.move(4)
        await pilot.resize_terminal(100, 30)
        assert not m.graph.moving
        await pilot.pause()
        assert m.shown == m.still()


async def test_without_motion_there_is_none() -> None:
    m = Moving()
    m.graph.motion = False
    async with m.bench.run_test(size=(120, 24)):
        m.move(3)
        assert not m.graph.moving
        assert m.shown == m.still()


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_ends_a_pulse_the_picture_of_the_moment_is_left(seed: int) -> None:
    """Moves, keys, other sizes and selections, in the middle of pulses and between them."""
    m, dice = Moving(), random.Random(seed)
    moves = {
        "phase": m.timeline.next_phase,
        "phase back": m.timeline.back_phase,
        "step": m.timeline.next_step,
        "step back": m.timeline.back_step,
    }
    pulses = interrupted = 0
    async with m.bench.run_test(size=(120, 24)) as pilot:
        for _ in range(60):
            act = dice.choice([*moves, "phase", "step", "frame", "frame", "key", "size", "unit"])
            moving = m.graph.moving
            if act in moves:
                m.now += QUIET
                m.graph.moment = moves[act]()
                pulses += m.graph.moving
            elif act == "frame" and moving:
                m.graph._next_frame()
            elif act == "key":
                m.graph.settle()
            elif act == "size":
                await pilot.resize_terminal(dice.randint(30, 130), dice.randint(8, 30))
                await pilot.pause()
            elif act == "unit":
                m.graph.selection = Unit(1, dice.randrange(4))
            interrupted += moving and act != "frame"
            if not m.graph.moving:
                assert m.shown == m.still(), act
        m.graph.settle()
        assert m.shown == m.still()
    assert min(pulses, interrupted) > 5
