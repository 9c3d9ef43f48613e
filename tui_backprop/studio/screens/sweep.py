"""The sweep's own screen: it runs in slices, so that it can be watched, stopped and browsed."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.sweep import Sweep
from tui_backprop.render.sweep import SweepState
from tui_backprop.studio.audience import KIOSK_SWEEP
from tui_backprop.studio.move_queue import BREATH
from tui_backprop.studio.panes.bars import KeyBar
from tui_backprop.studio.panes.pane import Painted
from tui_backprop.studio.panes.sweep import SweepPane
from tui_backprop.studio.screens.dialog import Closable

SWEEP_SEEDS, SWEEP_EPOCHS = 1000, 1000
SLICE = 0.03
"""Seconds of training between two checks for keys."""
NEWS = 0.2
"""Seconds from one picture of the runs to the next."""


def seeds_for(experiment: Experiment, kiosk: bool) -> int:
    """How many starts a sweep has: fewer for visitors."""
    most = KIOSK_SWEEP // (SWEEP_EPOCHS * experiment.steps_per_epoch) if kiosk else SWEEP_SEEDS
    return max(1, min(SWEEP_SEEDS, most))


class SweepScreen(Closable[int | None], Screen[int | None]):
    """Many starts of one experiment; its result is the seed of the run to open."""

    DEFAULT_CSS = """
    SweepScreen {
        background: $background;
        color: $foreground;
        overflow: hidden;
        SweepPane { height: 1fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop or close", show=False),
        Binding("S,q", "dismiss(None)", "Close", show=False),
    ]

    def __init__(self, sweep: Sweep, moment: Moment) -> None:
        """`moment` is what the studio shows meanwhile."""
        super().__init__()
        self._sweep, self._moment, self._pane = sweep, moment, SweepPane()
        self._stopped = self._over = False

    def compose(self) -> ComposeResult:
        """The page, and its keys."""
        for painted in (self._pane, KeyBar()):
            painted.set_reactive(Painted.moment, self._moment)
            yield painted

    def on_mount(self) -> None:
        """Starts."""
        name = f"Sweep of {self._sweep.experiment.name}"
        self._pane.set_title(f"{name}: the same network from many seeds", name)
        self.query_one(KeyBar).keys = (
            ("↑↓", "choose", "choose(0)"),
            ("enter", "open", "open"),
            ("escape", "stop, close", "stop"),
            ("S", "close", "dismiss(None)"),
        )
        self._pane.focus()
        self._show()
        self._run()

    @work
    async def _run(self) -> None:
        looked = seen = time.monotonic()
        for _ in self._sweep.run():
            now = time.monotonic()
            if now - looked > SLICE:
                if now - seen > NEWS:
                    self._show()
                    seen = time.monotonic()
                await asyncio.sleep(BREATH)
                looked = time.monotonic()
            if self._stopped:
                break
        self._over = True
        self._show()

    def _show(self) -> None:
        sweep = self._sweep
        outcomes = sweep.outcomes() if self._over else sweep.ended()
        self._pane.state = SweepState(len(sweep.seeds), sweep.epochs, tuple(outcomes), sweep.progress, self._over)

    def action_stop(self) -> None:
        """Stops the runs where they are; when they have ended, closes."""
        if self._over:
            self.dismiss()
        self._stopped = True

    def on_sweep_pane_opened(self, event: SweepPane.Opened) -> None:
        """Opens one of the runs."""
        self.dismiss(event.seed)

    async def on_painted_chosen(self, event: Painted.Chosen) -> None:
        """Handles a click on a run or a key."""
        if isinstance(event.target, str):
            ours = event.target.startswith(("stop", "dismiss"))
            await (self if ours else self._pane).run_action(event.target)
