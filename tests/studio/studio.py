"""The studio, driven by keys, and what it then shows."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.console import Console
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

from tests.patience import until
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.run.moment import Moment
from tui_backprop.experiments import Overrides
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.panes.pane import Painted, Pane
from tui_backprop.studio.screens.setup import SetupScreen
from tui_backprop.studio.screens.studio import StudioScreen

WIDE, NARROW, SMALL = (120, 40), (80, 24), (40, 12)


def name_of(widget: object) -> str:
    """The name of a widget's class, without `Pane`."""
    return type(widget).__name__.removesuffix("Pane")


class Studio:
    """A running studio."""

    def __init__(self, app: BackpropApp, pilot: Pilot[str]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> StudioScreen:
        """The studio's own screen, whatever lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, StudioScreen))

    @property
    def timeline(self) -> Timeline:
        return self.screen.timeline

    @property
    def moment(self) -> Moment:
        """What the panes show."""
        assert self.screen.moment is not None
        return self.screen.moment

    @property
    def where(self) -> tuple[int, str]:
        """(step, phase)"""
        return self.moment.step, str(self.moment.phase)

    async def press(self, *keys: str) -> None:
        """Presses keys one by one, and waits until all that they asked for is done."""
        await self.pilot.press(*keys)
        await self.settle()
        if self.app.is_running and not {"tab", "shift+tab", "f", "c", "escape", "enter", *"12345678"}.isdisjoint(keys):
            await self.pilot.pause()  # another layout, another focus

    def tap(self, *keys: str) -> None:
        """Presses keys without waiting for anything, as one does while the studio is busy."""
        for key in keys:
            self.app.post_message(Key(key, None))

    async def settle(self) -> None:
        """Waits until no key is waiting and no move is under way."""
        await asyncio.sleep(0)  # keys that have just been tapped arrive
        await until(lambda: not (self.app.is_running and self._busy))
        await self.pilot.pause()
        if isinstance(self.app.screen, SetupScreen):
            await self._refreshed()

    async def _refreshed(self) -> None:
        """Waits for what the screen does after its next refresh."""
        done = asyncio.Event()
        self.app.screen.call_after_refresh(done.set)
        await until(done.is_set)
        await self.pilot.pause()

    @property
    def _busy(self) -> bool:
        return self.app._events.busy or self.screen._move_queue.busy or self.screen._in_slices

    async def type(self, text: str, end: str = "enter") -> None:
        """Types into the question that is open."""
        self.app.screen.query_one(Input).value = text
        await self.press(end)

    async def resize(self, size: tuple[int, int]) -> None:
        await self.pilot.resize_terminal(*size)
        await self.settle()
        await self.pilot.pause()

    def painted(self, name: str) -> Painted:
        """A widget by the name of its class, without `Pane`."""
        return next(widget for widget in self.screen.query(Painted) if name_of(widget) == name)

    def text(self, name: str) -> str:
        """What a widget shows."""
        widget = self.painted(name)
        return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))

    @property
    def help_page(self) -> str:
        """The text of the help, each paragraph in a line."""
        console = Console(width=1000, file=io.StringIO())
        with console.capture() as captured:
            console.print(self.app.screen.query_one(Static).content)
        return "\n".join(row.rstrip() for row in captured.get().splitlines())

    def title(self, name: str) -> str:
        """What stands over a pane."""
        title = self.painted(name)._border_title
        return "" if title is None else title.plain

    @property
    def sentence(self) -> str:
        """The last line of the head: the sentence, or the studio's news."""
        return self.text("Breadcrumb").splitlines()[-1]

    @property
    def visible(self) -> set[str]:
        """The panes that are on the screen."""
        return {name_of(pane) for pane in self.screen.query(Pane) if pane.display and pane.size.area}

    @property
    def focused(self) -> str:
        return name_of(self.screen.focused)

    @property
    def mistake(self) -> str:
        """What a question says is wrong."""
        return str(self.app.screen.query_one(".mistake", Label).content)


@asynccontextmanager
async def studio(
    experiment: str | dict[str, Any] = "article", size: tuple[int, int] = WIDE, **overrides: Any
) -> AsyncIterator[Studio]:
    app = BackpropApp(Timeline(load_experiment(experiment, Overrides(**overrides))))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Studio(app, pilot)
