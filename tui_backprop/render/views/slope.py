"""The gradient of the selected parameter twice: by back-propagation, and by finite differences."""

from __future__ import annotations

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.diagnostics.gradient_check import REACH, Slope, check_slope
from tui_backprop.core.network import BiasMode
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import digits, short
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, line, paragraph, safe
from tui_backprop.render.views.page import Paragraph, ViewPage

_LABEL = 10


def slope(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """E a little below, at and above the parameter; the slope between; back-propagation's own figure; kinks near by."""
    if isinstance(selection, Unit):
        return ViewPage(
            body=paragraph(columns, "Weights and biases have gradients: select one of them in the weights pane.")
        )
    if not moment.finite:
        return ViewPage(body=paragraph(columns, Span("Some weights are no longer finite.", "warn")))
    name = safe(selection.name(moment.experiment))
    index = selection.index(moment.experiment.network)
    found = check_slope(moment, index)
    value = selection.value(moment.parameters)
    room = columns - _LABEL
    body = [
        _row("back-prop", digits(found.analytic, room), True),
        _row("slope", digits(found.numeric, room), True),
        _row("E(w − h)", digits(found.errors[0], room)),
        _row("E(w)", digits(found.errors[1], room)),
        _row("E(w + h)", digits(found.errors[2], room)),
        _row("apart", digits(found.numeric - found.analytic, room)),
        _row("w", digits(value, room)),
        _row("h", short(found.step)),
    ]
    return ViewPage([], body, _notes(moment, found, value, columns), verdict=[_verdict(found, name, columns)])


def _row(label: str, text: str, bold: bool = False) -> Line:
    return line(Span(label.ljust(_LABEL), "label"), Span(text, "text", bold))


def _verdict(found: Slope, name: str, columns: int) -> list[Line]:
    if found.at_kink:
        return paragraph(
            columns, Span(f"{name} is right at a kink: E has no slope there to compare with.", "warn", True)
        )
    if found.agrees:
        return paragraph(columns, Span("✓ ", "+3", True), f"For {name} back-prop and slope agree.")
    return paragraph(columns, Span(f"For {name} back-prop and slope disagree.", "warn", True))


def _notes(moment: Moment, found: Slope, value: float, columns: int) -> list[Paragraph]:
    """Where kinks are, and what E is averaged over."""
    kinks = [(value + change, change) for change in (found.kink_below, found.kink_above) if change is not None]
    if any(ACTIVATIONS[name].kinks for name in moment.experiment.network.activations):
        places = " and ".join(
            f"{short(place)} ({'−' if change < 0 else '+'}{short(abs(change))})" for place, change in kinks
        )
        text = f"A gate switches at w = {places}." if kinks else f"No gate switches within ±{REACH:g} of w."
        if not found.searched:
            text = "Kinks were not searched for: in a network of this size that takes too long."
        kinked = paragraph(columns, Span(text, "text" if kinks else "dim"))
    else:
        kinked = paragraph(columns, Span("No kinks: every activation is smooth.", "dim"))
    of = f"sample #{found.samples[0]}" if len(found.samples) == 1 else f"{len(found.samples)} samples, averaged"
    text = f"E: loss {moment.ahead.training.loss} of {of}, at this moment's weights"
    text += ", ŷ not rounded." if moment.ahead.training.round is not None else "."
    if moment.experiment.network.bias is BiasMode.FROZEN:
        text += " Frozen biases have a gradient, too, but do not follow it."
    return [kinked, paragraph(columns, Span(text, "dim"))]
