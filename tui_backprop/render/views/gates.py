"""Samples × hidden units: which gates are open, and whether any of them switches."""

from __future__ import annotations

import numpy as np

from tui_backprop.core.diagnostics.gates import Gates, LayerGates, gates_of
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.numbers import LEAKS, SHUT, shut_sign
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line, Span, fit, line, paragraph, width, wrap
from tui_backprop.render.trouble import advice
from tui_backprop.render.views.page import Paragraph, ViewPage, listed

MOST_ROWS = 64
"""Of more samples than this the grid shows shares instead of single gates."""
_OPEN, _LINEAR, _LOW, _HIGH = "●", "│", "▁", "▔"
_INKS = {_OPEN: "+3", SHUT: "shut", LEAKS: "shut", _LINEAR: "dim", _LOW: "-3", _HIGH: "-3"}
_KEYS = {_OPEN: "open", SHUT: "shut", LEAKS: "leaks {leak}", _LINEAR: "linear, no gate", _LOW: "stuck low",
         _HIGH: "stuck high", "~": "switches", "=": "the same for all"}  # fmt: skip


def gates(moment: Moment, selection: Selection, columns: int) -> ViewPage:
    """The verdict, the grid (or shares, for many samples), and a sign for each unit."""
    experiment = moment.ahead
    if experiment.network.depth == 1:
        return ViewPage(body=paragraph(columns, "There are no hidden units, so there are no gates."))
    if not moment.finite:
        return ViewPage(
            body=paragraph(columns, Span("Some weights are no longer finite, so gates mean nothing.", "warn"))
        )
    found = gates_of(experiment.data, moment.parameters)
    verdict, helps = _verdict(moment, found, columns), advice(moment, "gates", columns)
    if len(found.rows) > MOST_ROWS:
        shares = _shares(moment, found, selection, columns)
        return ViewPage([], shares, [helps], _unit_before(moment, selection), verdict)
    first, cells = _window(found, selection, columns - _label_cells(found), _name_cells(moment, found))
    body = [
        line(_label(moment, sample), *_marks(found, place, first, cells, columns))
        for place, sample in enumerate(found.rows.tolist())
    ]
    names = line(Span(" " * _label_cells(found)), *_names(moment, found, selection, first, cells, columns))
    signs = line(Span(fit("all", _label_cells(found)), "dim"), *_signs(found, first, cells, columns))
    focus = int(np.searchsorted(found.rows, moment.sample or 0))
    return ViewPage([names], body, [[signs], _legend(found, columns)], focus, [*verdict, helps])


def _verdict(moment: Moment, found: Gates, columns: int) -> list[Paragraph]:
    """What the gates mean for learning, in sentences."""
    name = {layer.layer: moment.experiment.unit_names(layer.layer) for layer in found.layers}
    where = "on this data" if len(found.rows) == found.total else f"on the {len(found.rows):,} samples looked at"
    switching = [name[layer.layer][unit] for layer in found.layers for unit in np.flatnonzero(layer.switching).tolist()]
    dead = [name[layer.layer][unit] for layer in found.layers for unit in np.flatnonzero(layer.dead).tolist()]
    said: list[Paragraph] = []
    if found.linear:
        text = (
            f"No gate switches: {where} the network is linear now."
            if found.gated
            else ("All hidden layers are linear: there is no gate, and the network is linear whatever its weights.")
        )
        said.append(paragraph(columns, Span("! ", "warn", True), Span(text, "warn", True), indent=2))
    elif switching:
        units = sum(len(names) for names in name.values())
        words = f" unit{'s' * (units != 1)} switch{'es' * (len(switching) == 1)} between samples: "
        said.append(paragraph(columns, Span(f"{len(switching)} of {units}", bold=True), words, listed(switching)))
    if dead:
        text = f"{len(dead)} dead, shut for all: {listed(dead)}"
        said.append(paragraph(columns, Span(text, "warn"), indent=2))
    curved = [layer for layer in found.layers if layer.activation.curved]
    if found.answers:
        stuck = [name[layer.layer][unit] for layer in curved for unit in np.flatnonzero(layer.opened == 0).tolist()]
        names = "/".join(dict.fromkeys(layer.activation.name for layer in curved))
        share = f"{found.saturated:,} of {found.answers:,} {names} outputs saturated"
        said.append(paragraph(columns, Span(share, "warn" if found.mostly_saturated else "text"), indent=2))
        if stuck:
            said.append(paragraph(columns, Span(f"{len(stuck)} saturated for all: {listed(stuck)}", "warn"), indent=2))
    return said


def _unit_before(moment: Moment, selection: Selection) -> int:
    """The place of the selected unit among all hidden ones."""
    units = moment.experiment.network.units
    layer = min(max(selection.layer, 1), len(units) - 2)
    return sum(units[1:layer]) + (selection.column if layer == selection.layer else 0)


def _name_cells(moment: Moment, found: Gates) -> int:
    return max(width(name) for layer in found.layers for name in moment.experiment.unit_names(layer.layer))


def _label_cells(found: Gates) -> int:
    return len(str(int(found.rows[-1]))) + 3


def _label(moment: Moment, sample: int) -> Span:
    here = sample in moment.samples
    return Span(("▸" if here else " ") + f"#{sample}", "accent" if here else "label", here)


def _window(found: Gates, selection: Selection, room: int, name_cells: int) -> tuple[int, int]:
    """The first unit shown, and the cells of each: names where there is room, else one cell per unit."""
    units = sum(layer.passing.shape[1] for layer in found.layers)
    cells = next((cells for cells in (name_cells + 1, 2) if units * cells + len(found.layers) <= room), 1)
    fitting = max(1, room // cells - len(found.layers))
    before = sum(layer.passing.shape[1] for layer in found.layers if layer.layer < selection.layer)
    wanted = min(before + (selection.column if selection.layer else 0), units - 1)
    return min(max(0, wanted - fitting + 1), max(0, units - fitting)), cells


def _places(found: Gates, first: int, cells: int, columns: int) -> list[tuple[LayerGates, int, str]]:
    """(layer, unit, gap before it) of the units shown."""
    every = [(layer, unit) for layer in found.layers for unit in range(layer.passing.shape[1])][first:]
    room, shown = columns - _label_cells(found), []
    for place, (layer, unit) in enumerate(every):
        gap = " " * (unit == 0 and place > 0)
        room -= cells + len(gap)
        if room < 0:
            break
        shown.append((layer, unit, gap))
    return shown


def _mark(layer: LayerGates, unit: int, place: int) -> str:
    if layer.activation.linear:
        return _LINEAR
    if layer.passing[place, unit]:
        return _OPEN
    if layer.activation.curved:
        return _HIGH if layer.high[place, unit] else _LOW
    return shut_sign(layer.activation)


def _marks(found: Gates, place: int, first: int, cells: int, columns: int) -> list[Span]:
    spans = []
    for layer, unit, gap in _places(found, first, cells, columns):
        mark = _mark(layer, unit, place)
        spans.append(Span(gap + mark.rjust(cells), _INKS[mark], target=Unit(layer.layer, unit)))
    return spans


def _sign(layer: LayerGates, unit: int) -> Span:
    """The sign of a unit over all samples."""
    if layer.activation.linear:
        return Span(_LINEAR, "dim")
    opened, samples = int(layer.opened[unit]), len(layer.passing)
    if 0 < opened < samples:
        return Span("~", "accent", bold=True)
    if opened:
        return Span("=", "dim")
    return Span(shut_sign(layer.activation) if layer.activation.gated else "!", "warn", bold=True)


def _signs(found: Gates, first: int, cells: int, columns: int) -> list[Span]:
    spans = []
    for layer, unit, gap in _places(found, first, cells, columns):
        sign = _sign(layer, unit)
        spans.append(sign._replace(text=gap + sign.text.rjust(cells)))
    return spans


def _names(moment: Moment, found: Gates, selection: Selection, first: int, cells: int, columns: int) -> list[Span]:
    """The units' names, or their numbers, every fifth one, where names do not fit."""
    spans, skip = [], 0
    for layer, unit, gap in _places(found, first, cells, columns):
        name, chosen = moment.experiment.unit_names(layer.layer)[unit], selection == Unit(layer.layer, unit)
        ink = "accent" if chosen or (selection.layer == layer.layer and selection.column == unit) else "label"
        if cells > 2 or width(name) < cells:
            spans.append(Span(gap + fit(name, cells, right=True), ink, chosen, target=Unit(layer.layer, unit)))
            continue
        text, number = gap, str(unit + 1)
        if skip:
            skip -= 1
            continue
        if (unit + 1) % 5 == 0 or unit == 0:
            text += number.rjust(cells) if len(number) <= cells else number
            skip = max(0, -(-len(number) // cells) - 1)
            text = text.ljust(len(gap) + cells * (skip + 1))
        else:
            text += " " * cells
        spans.append(Span(text, "dim"))
    return spans


def _legend(found: Gates, columns: int) -> list[Line]:
    """The meaning of the signs that can occur."""
    used = [layer.activation for layer in found.layers]
    bent, leaks = not all(entry.linear for entry in used), [entry.shut for entry in used if entry.shut]
    occur = {_OPEN: bent, SHUT: any(entry.shut == 0.0 for entry in used), LEAKS: bool(leaks),
             _LOW: any(entry.low for entry in used), _HIGH: any(entry.high for entry in used),
             _LINEAR: any(entry.linear for entry in used), "~": bent, "=": bent}  # fmt: skip
    leak = " or ".join(f"{100 * slope:g} %" for slope in dict.fromkeys(leaks))
    words = _KEYS if any(entry.gated for entry in used) else _KEYS | {_OPEN: "not saturated"}
    keys = [f"{sign} {words[sign].format(leak=leak)}  " for sign, occurs in occur.items() if occurs]
    return wrap([Span(key, "dim") for key in keys], columns, 0)


def _shares(moment: Moment, found: Gates, selection: Selection, columns: int) -> list[Line]:
    """A line per unit: the share of samples for which it is open, or for a curved unit saturated."""
    cells = min(_name_cells(moment, found), 8)
    bar = max(4, columns - cells - 24)
    lines = []
    for layer in found.layers:
        for unit, opened in enumerate(layer.opened.tolist()):
            share, curved = 1.0 if layer.activation.linear else opened / len(found.rows), layer.activation.curved
            share = 1 - share if curved else share
            full = round(share * bar) if 0 < share < 1 else int(share) * bar
            chosen = selection.layer == layer.layer and selection.column == unit
            name = Span(fit(moment.experiment.unit_names(layer.layer)[unit], cells), "accent" if chosen else "label",
                        chosen, target=Unit(layer.layer, unit))  # fmt: skip
            word = "saturated" if curved else "open"
            text = f" {100 * share:3.0f} % {word} "
            lines.append(
                line(
                    name,
                    " ",
                    Span("█" * full, "shut" if curved else "+3"),
                    Span("░" * (bar - full), "+3" if curved else "shut"),
                    Span(text),
                    _sign(layer, unit),
                )
            )
    return lines
