"""The tug-of-war as bars: each sample's pull on the selected parameter, and what is left over."""

from __future__ import annotations

import math

import numpy as np

from tui_backprop.core.diagnostics.pulls import Moves, Pulls, moves_of, pulls_of
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Unit
from tui_backprop.core.penalty import penalised
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import fixed, full, scale_of, tone
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, fit, line, paragraph, safe
from tui_backprop.render.views.page import Paragraph, ViewPage

MOST_ROWS = 256
"""Of more samples than this only the strongest pulls have a line."""
_NUMBER = 9


def pulls(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """The verdict, a bar per sample, and the net pull."""
    if isinstance(selection, Unit):
        return ViewPage(
            body=paragraph(columns, "Samples pull on weights and biases: select one of them in the weights pane.")
        )
    name, found = safe(selection.name(moment.experiment)), pulls_of(moment, selection)
    moves = moves_of(moment, selection.index(moment.experiment.network))
    made = [] if moves is None else zip(moves.samples, moves.change.tolist(), strict=True)
    moved = {rows: float(change) for rows, change in made}
    strength = scale_of(found.pull)
    shown = np.arange(len(found.rows))
    if len(shown) > MOST_ROWS:
        shown = np.sort(np.argsort(-np.abs(found.pull), kind="stable")[:MOST_ROWS])
    label = len(str(int(found.rows[-1]))) + 3
    half = max(1, (columns - label - 2 * _NUMBER - 1) // 2)
    body = []
    for place in shown.tolist():
        sample, pull = int(found.rows[place]), float(found.pull[place])
        own = Span(_figure(moved[sample,]), "dim") if (sample,) in moved else Span(" " * _NUMBER)
        body.append((*_bar(sample, pull, strength, label, half, moment), own))
    net = Span("net".ljust(label + 2 * half + 1), "label", True)
    left_over = Span(_figure(0.0 if found.cancel else found.net), tone(found.net, strength), True)
    came = Span(_figure(0.0 if moves.cancel else moves.net), "text", True) if moves is not None else Span("")
    heading = line(
        Span(" " * label), Span(fit("◂ down" if half > 5 else "◂", half), "dim"), Span("│", "dim"),
        Span(fit("up ▸" if half > 5 else "▸", half, right=True), "dim"),
        Span("pull now".rjust(_NUMBER), "dim"), Span(("moved" if moves is not None else "").rjust(_NUMBER), "dim"),
    )  # fmt: skip
    here = int(np.searchsorted(found.rows[shown], moment.sample or 0))
    verdict = _verdict(moment, found, moves, name, columns)
    return ViewPage(
        [heading], body, [[line(net, left_over, came)], *_rest(moment, found, moves, columns)], here, [verdict]
    )


def _figure(value: float) -> str:
    return fixed(value).rjust(_NUMBER)


def _bar(sample: int, pull: float, strength: float, label: int, half: int, moment: Moment) -> Line:
    here = sample in moment.samples
    head = Span((("▸" if here else " ") + f"#{sample}").ljust(label), "accent" if here else "label", here)
    ink = tone(pull, strength)
    cells = min(half, max(1, round(abs(pull) / strength * half))) if np.isfinite(pull) and pull else 0
    left, right = ("█" * cells if pull < 0 else "").rjust(half), ("█" * cells if pull > 0 else "").ljust(half)
    return line(head, Span(left, ink), Span("│", "dim"), Span(right, ink), Span(_figure(pull), ink))


def _verdict(moment: Moment, found: Pulls, moves: Moves | None, name: str, columns: int) -> list[Line]:
    up, down = int((found.pull > 0).sum()), int((found.pull < 0).sum())
    if not np.isfinite(found.pull).all():
        return paragraph(columns, Span("Some pulls are no longer finite.", "warn"))
    if up + down == 0:
        training = moment.ahead.training
        stays = OPTIMIZERS[training.optimizer].straight and not penalised(training)
        rest = ": it stays where it is." if stays else "; what still moves it is not the error."
        return paragraph(columns, Span(f"No sample pulls on {name}", "warn", True), rest)
    pulling = f"{up} {'pulls' if up == 1 else 'pull'} {name} up, {down} down"
    if found.cancel:
        return paragraph(columns, f"{pulling}: ", Span("the pulls cancel.", "warn", True))
    if moves is not None and moves.cancel:
        text = "an epoch's updates cancel" + (", and it is where it was an epoch ago." if not moves.by_hand else ".")
        return paragraph(columns, f"{pulling} right now; but ", Span(text, "warn", True))
    return paragraph(columns, f"{pulling}; the net pull is {'up' if found.net > 0 else 'down'}.")


def _rest(moment: Moment, found: Pulls, moves: Moves | None, columns: int) -> list[Paragraph]:
    """What the bars do not show."""
    net = full(float(f"{found.net:.12g}"))  # 0.2 + 0.4 − 0.4 leaves a trace in the sixteenth digit
    notes = [paragraph(columns, Span(f"−∂E/∂w of each sample, all at the same weights; net {net}", "dim"))]
    if moves is not None:
        notes.append(paragraph(columns, Span("moved: by one epoch's updates, each at the weights of its step", "dim")))
        if moves.by_hand and math.isfinite(moves.by_hand):
            notes.append(paragraph(columns, Span(f"edits also moved it by {fixed(moves.by_hand).strip()}", "warn")))
    if len(found.rows) > MOST_ROWS:
        notes.append(paragraph(columns, Span(f"the {MOST_ROWS} strongest of {len(found.rows):,} pulls", "dim")))
    if len(found.rows) < found.total:
        notes.append(paragraph(columns, Span(f"{len(found.rows):,} of {found.total:,} samples, evenly spread", "dim")))
    if penalised(moment.ahead.training):
        notes.append(paragraph(columns, Span("the weight penalty pulls, too, but is not listed", "dim")))
    return notes
