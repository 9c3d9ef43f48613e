"""What all panes share: they paint lines of spans, and repaint only the lines that have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.layout import Want
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, changed_part, length, mark, safe, width
from tui_backprop.render.views.shades import Shading
from tui_backprop.studio.panes.inks import ANSI, InkPalette, palette_of, style_of
from tui_backprop.terminal.internals import driver_of


class Painted(Widget):
    """A widget that is a function of moment, selection and size."""

    moment: reactive[Moment | None] = reactive(None, repaint=False)
    selection: reactive[Selection] = reactive[Selection](Weight(1, 0, 0), repaint=False)
    marked: reactive[frozenset[Selection | str]] = reactive(frozenset(), repaint=False)
    """What a lesson refers to: the targets of the spans to underline."""

    class Chosen(Message):
        """A click or a key chose something: a weight, a bias or a node, or the name of an action."""

        def __init__(self, target: Selection | str) -> None:
            self.target = target
            super().__init__()

    def __init__(self, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []
        self._strips: dict[int, Strip] = {}
        self._base = Style()
        self._painted_in: InkPalette | None = None
        self.fitted = False
        """Whether it has been given a size."""

    def paint(self, moment: Moment, columns: int, rows: int) -> list[Line]:
        """The lines to show; at most `rows`, each at most `columns` cells."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Repaints, and sends the lines that have changed to the screen, once there is a size to paint for."""
        columns, rows = self.size
        if self.moment is None or not (self.display and self.fitted and columns and rows):
            return
        self._painted_in = self._palette
        self.show([*self.paint(self.moment, columns, rows)[:rows]])

    def show(self, lines: list[Line]) -> None:
        """Sends those of the lines to the screen that have changed."""
        rows = self.size.height
        if self.marked:
            lines = [mark(spans, self.marked) for spans in lines]
        lines += [()] * (rows - len(lines))
        old, self._lines = self._lines, lines
        if len(old) != rows:
            self._strips.clear()
            self.refresh()
            return
        changed = [y for y, (line, before) in enumerate(zip(lines, old, strict=True)) if line != before]
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            self.refresh(*(Region(x, y, cells, 1) for y in changed for x, cells in [changed_part(old[y], lines[y])]))

    def render(self) -> RenderResult:
        """Not used: lines are rendered one by one."""
        return ""

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines within `crop`; the widget's style is looked up once, which takes longer than drawing a line."""
        self._base = self.rich_style
        if not self._lines:  # Textual lays out, and throws a picture away, before a pane knows its size
            return [Strip.blank(crop.width, self._base)] * crop.height
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Line `y` of the content, in the theme's styles."""
        if y not in self._strips:
            self._strips[y] = self._strip(self._lines[y] if y < len(self._lines) else ())
        return self._strips[y]

    def _strip(self, spans: Line) -> Strip:
        base, palette = self._base, self._palette
        segments = [
            Segment(safe(span.text), base + style_of(span.ink, span.bold, span.selected, palette, span.marked))
            for span in spans
        ]
        return Strip(segments).adjust_cell_length(self.size.width, base)

    @property
    def _palette(self) -> InkPalette:
        return palette_of(self.app.current_theme)

    @property
    def shading(self) -> Shading:
        """How maps are drawn here: as the terminal's colours and characters allow."""
        if self._palette is ANSI or self.app.no_color or getattr(driver_of(self.app), "ascii", False):
            return Shading.SHADES
        all_colours = self.app.is_headless or self.app.console.color_system == "truecolor"
        return Shading.RAMP if all_colours else Shading.TONES

    def notify_style_update(self) -> None:
        """Repaints for another theme: all colours change, and a map may need other characters."""
        super().notify_style_update()
        self._strips.clear()
        if self._lines and self._painted_in is not self._palette:
            self.repaint()

    def watch_moment(self) -> None:
        """Repaints for another moment."""
        self.repaint()

    def watch_selection(self) -> None:
        """Repaints for another selection."""
        self.repaint()

    def watch_marked(self) -> None:
        """Repaints where a lesson refers to something else."""
        self.repaint()

    def on_resize(self, event: Resize) -> None:
        """Paints everything again, for another size or after having been hidden."""
        self.fitted = True
        self._forget()

    def _forget(self) -> None:
        self._lines.clear()
        self._strips.clear()
        self.repaint()
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Reports a click on a span with a target; a double click edits what it selects."""
        span = self._span_at(event.x - self.content_offset.x, event.y - self.content_offset.y)
        if span is not None and span.target is not None:
            again = event.chain == 2 and not isinstance(span.target, str)
            self.post_message(self.Chosen("change" if again else span.target))

    def _span_at(self, x: int, y: int) -> Span | None:
        if not 0 <= y < len(self._lines):
            return None
        for span in self._lines[y]:
            x -= length((span,))
            if x < 0:
                return span
        return None

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width


class Pane(Painted, can_focus=True):
    """A painted widget with a title, a question that it answers, and a selection that keys move in it."""

    DEFAULT_CSS = """
    Pane {
        border: round $panel;
        padding: 0 1;
        border-title-color: $foreground-muted;
        border-title-style: bold;
        background: $background;
        &:focus {
            border: round $accent;
            border-title-color: $accent;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(0, -1)", "Up", show=False),
        Binding("down,j", "move(0, 1)", "Down", show=False),
        Binding("left,h", "move(-1, 0)", "Left", show=False),
        Binding("right,l", "move(1, 0)", "Right", show=False),
    ]

    ID: ClassVar[str]
    """The class's name without `Pane`: its name in lessons, actions and style sheets."""
    TITLE: ClassVar[str]
    ANSWERS: ClassVar[str]
    """What the pane shows, for the help."""
    DOES: ClassVar[str] = ""
    """The action that a click on the title triggers; the title names its key."""
    WHEEL: ClassVar[int] = 1
    """How far one notch of the mouse wheel moves."""
    BOUND: ClassVar[tuple[str, ...]] = ("moment",)
    """What it takes over from its screen."""

    def __init_subclass__(cls, **options: bool) -> None:
        super().__init_subclass__(**options)
        cls.ID = cls.__name__.removesuffix("Pane").lower()

    def __init__(self) -> None:
        super().__init__(id=self.ID)
        self._heading = ""
        self.set_title(self.TITLE)

    @staticmethod
    def want(experiment: Experiment) -> Want:
        """What its content needs."""
        raise NotImplementedError

    def set_title(self, *titles: str) -> None:
        """Sets the title (no markup): the first of `titles` that fits into the frame, else the last."""
        self._titles = titles
        room = self.outer_size.width - 6 if self.outer_size.width else 1_000
        title = next((title for title in titles if width(title) <= room), titles[-1])
        if title != self._heading:
            self._heading = title
            self.border_title = Content(title)

    def on_resize(self, event: Resize) -> None:
        """Another size: another of the titles may fit."""
        self.set_title(*self._titles)

    def on_click(self, event: Click) -> None:
        """Does what the title names, for a click on it."""
        if event.y == 0 and self.styles.border_top[0] and self.DOES:
            event.prevent_default()
            self.post_message(self.Chosen(self.DOES))

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Moves as the arrow keys do."""
        self.action_move(0, self.WHEEL)
        event.stop()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Moves as the arrow keys do."""
        self.action_move(0, -self.WHEEL)
        event.stop()

    def choose(self, neighbour: Callable[[Selection, Experiment, int, int], Selection], down: int, right: int) -> None:
        """Selects what is `down` rows and `right` columns from the selection."""
        if self.moment is not None:
            self.post_message(self.Chosen(neighbour(self.selection, self.moment.experiment, down, right)))

    def action_move(self, right: int, down: int) -> None:
        """Moves the selection; does nothing in panes without one."""


def panes_in(package: str, names: Iterable[str]) -> list[type[Pane]]:
    """The panes of these names, each in a module of its name."""
    return [getattr(import_module(f"{package}.{name}"), f"{name.capitalize()}Pane") for name in names]
