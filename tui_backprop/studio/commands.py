"""The palette: every action, every preset, every theme, and what else can be set."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_backprop.experiments import load_experiment, preset_names
from tui_backprop.lessons.library import chapters
from tui_backprop.studio.screens.studio import StudioScreen
from tui_backprop.studio.themes import theme_names

SWITCHES = (
    ("motion", "Motion", "Pulses along the edges, which show what flows"),
    ("key_bar", "Key bar", "The last line of the screen, which names the keys"),
)
"""(setting, name, what it does)"""


class StudioCommands(Provider):
    """What can be done in the studio, by name."""

    def _commands(self) -> list[tuple[str, str, Callable[[], object]]]:
        """(name, what it does, how)"""
        screen, commands = self.screen, list[tuple[str, str, Callable[[], object]]]()
        if isinstance(screen, StudioScreen):
            for key in screen.offered_keys():
                commands.append((f"{key.does}  ({key.glyph})", "", partial(screen.run_action, key.action)))
            for name in preset_names():
                experiment = load_experiment(name)
                does = experiment.watch, partial(screen.open, experiment)
                commands.append((f"Open {name}: {experiment.title}", *does))
            if (read := screen.chapter_reader()) is not None:
                for number, (chapter, lesson) in enumerate(chapters(), 1):
                    title = f"Chapter {number} of the lessons: {lesson.title}"
                    commands.append((title, lesson.summary, partial(read, chapter)))
        studio = next(screen for screen in self.app.screen_stack if isinstance(screen, StudioScreen))
        for theme in theme_names():
            commands.append((f"Theme: {theme}", "", partial(studio.choose, "theme", theme)))
        for setting, what, effect in SWITCHES:
            on = getattr(studio, setting)
            commands.append((f"{what}: {'off' if on else 'on'}", effect, partial(studio.choose, setting, not on)))
        return commands

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for name, does, run in self._commands():
            yield DiscoveryHit(name, run, help=does or None)

    async def search(self, query: str) -> Hits:
        """The commands that match."""
        matcher = self.matcher(query)
        for name, does, run in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, matcher.highlight(name), run, help=does or None)
