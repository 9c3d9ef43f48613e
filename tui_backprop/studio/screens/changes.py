"""What the user can change at a moment, and how their input is read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.screen import Screen

from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.experiment import RANGES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.edits import Edit, Rule, Value, What, present_value
from tui_backprop.core.run.moment import Moment
from tui_backprop.reading.numerals import read_number, read_whole
from tui_backprop.render.edits import place_name, value_text
from tui_backprop.render.selection import Selection
from tui_backprop.studio.screens.questions import ChoiceQuestion, TextQuestion


@dataclass(frozen=True)
class Change:
    """Something that can be changed: what and where as in `Edit`, its name, its present value, and what it can be.

    Without `options` it is typed, and `read` makes a value of the text; `samples` bounds a batch.
    """

    what: What
    place: tuple[int, ...]
    name: str
    present: Value
    options: tuple[Value, ...] = ()
    samples: int = 1

    @property
    def label(self) -> str:
        """The text in the list."""
        return f"{self.name} = {value_text(self.present)}"

    @property
    def read(self) -> Callable[[str], Value]:
        """From text to a value."""
        if self.what == "batch":
            return partial(read_whole, least=1, most=self.samples, example=min(2, self.samples))
        return read_number


def possible(moment: Moment, selection: Selection) -> list[Change]:
    """Everything that can be changed, what belongs to the selection first."""
    places: list[tuple[What, tuple[int, ...]]] = [*_of(selection, moment)]
    training, depth = moment.ahead.training, moment.ahead.network.depth
    rules: list[Rule] = ["rate", "optimizer", *OPTIMIZERS[training.optimizer].settings, "batch", "shuffle"]
    places += [(rule, ()) for rule in rules]
    for layer in range(1, depth + 1):
        if ("activation", (layer,)) not in places:
            places.append(("activation", (layer,)))
    places += [("l1", ()), ("l2", ())]
    return [_change(moment, what, place) for what, place in places]


def ask_change(
    moment: Moment, selection: Selection
) -> Generator[Screen[Any], Any, tuple[What, tuple[int, ...], Value] | None]:
    """The part of a conversation that asks what to change, and to what: `Edit`'s what and place, and a value."""
    changes = possible(moment, selection)
    chosen: int | None = yield ChoiceQuestion("Change, from here on", [change.label for change in changes])
    if chosen is None:
        return None
    change: Change = changes[chosen]
    value: Value | None = None
    if change.options:
        names = [value_text(option) for option in change.options]
        picked: int | None = yield ChoiceQuestion(change.name, names, change.options.index(change.present))
        value = None if picked is None else change.options[picked]
    else:
        value = yield TextQuestion(change.name, hint(change), change.read)
    return None if value is None else (change.what, change.place, value)


def _of(selection: Selection, moment: Moment) -> Sequence[tuple[What, tuple[int, ...]]]:
    if isinstance(selection, Weight):
        return [("weight", (selection.layer, selection.row, selection.column))]
    if isinstance(selection, Bias):
        return [("bias", (selection.layer, selection.column))]
    assert isinstance(selection, Unit)
    sample = moment.sample or 0
    if selection.layer == 0:
        return [("input", (sample, selection.column))]
    if selection.layer == moment.ahead.network.depth:
        return [("target", (sample, selection.column)), ("activation", (selection.layer,))]
    return [("activation", (selection.layer,))]


def _change(moment: Moment, what: What, place: tuple[int, ...]) -> Change:
    experiment = moment.ahead
    present = present_value(Edit(0, what, place, None), experiment, moment.parameters)
    options: tuple[Value, ...] = ()
    if what == "activation":
        options = tuple(ACTIVATIONS) if place[0] == experiment.network.depth else HIDDEN_ACTIVATIONS
    elif what == "optimizer":
        options = tuple(OPTIMIZERS)
    elif what == "shuffle":
        options = (False, True)
    return Change(what, place, place_name(what, place, experiment), present, options, len(experiment.data))


def hint(change: Change) -> str:
    """What can be typed, in a few words."""
    if change.what == "batch":
        return "samples averaged in an update, e.g. 2; from the next epoch on"
    if change.what in RANGES:
        return f"now {value_text(change.present)}"
    return f"a number; now {value_text(change.present)}"
