"""One of several names, chosen with the arrows: a line in a form."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.events import Click, Key
from textual.reactive import reactive
from textual.widgets import Static


class Choice(Static, can_focus=True):
    """`◂ relu ▸`: a name's first letter chooses; the arrows, which its screen has the keys for, go through them."""

    DEFAULT_CSS = """
    Choice { height: 1; }
    Choice:focus { text-style: reverse; }
    """

    value = reactive("")
    """The name; another one may be chosen elsewhere."""

    def __init__(self, names: Sequence[str], value: str, chosen: Callable[[str, str], None], id: str) -> None:
        """`chosen` is called with the widget's id and the new name at once: the next key may depend on it."""
        super().__init__(id=id, markup=False)
        self._names, self._chosen = list(names), chosen
        self.value = value

    def watch_value(self, value: str) -> None:
        """Shows the chosen name."""
        self.update(Content(f"◂ {value} ▸"))

    def turn(self, by: int) -> None:
        """Chooses the next or previous name; after the last comes the first."""
        place = self._names.index(self.value) if self.value in self._names else -1
        self._choose(self._names[(place + by) % len(self._names)])

    def on_click(self, event: Click) -> None:
        """Chooses the next name."""
        self.turn(1)

    def on_key(self, event: Key) -> None:
        """Chooses the next name that begins with the key's letter."""
        if event.character is None or not event.character.isalpha():
            return
        place = self._names.index(self.value) if self.value in self._names else -1
        for name in [*self._names[place + 1 :], *self._names[: place + 1]]:
            if name.lower().startswith(event.character.lower()):
                event.stop()
                self._choose(name)
                return

    def _choose(self, value: str) -> None:
        self.value = value
        self._chosen(str(self.id), value)
