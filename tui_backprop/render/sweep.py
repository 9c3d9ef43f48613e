"""A sweep as text: after how many epochs runs converge, as a histogram, and which are stuck, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from statistics import median

import numpy as np

from tui_backprop.core.outcomes import Ending, Outcome
from tui_backprop.reading.numerals import counted
from tui_backprop.render.numbers import percent, short
from tui_backprop.render.spans import Line, Span, beside, clip, fit, length, line, paragraph

BARS = 12
"""The most bars of a histogram."""
LEARNED = 0.95
"""Up to this share of the error of answers that are all the same, a network has learned something."""
SOLVED = 1e-12
"""Up to this share of it, nothing but rounding is left."""
WIDE = 100
"""From this many columns on, the stuck runs stand beside the histogram."""


@dataclass(frozen=True)
class SweepState:
    """The progress of a sweep of `starts` runs: the `outcomes` known so far, and whether it is over."""

    starts: int
    epochs: int
    outcomes: tuple[Outcome, ...]
    progress: float
    over: bool

    @property
    def converged(self) -> list[int]:
        """The epochs after which runs converged."""
        return [outcome.epochs for outcome in self.outcomes if outcome.converged]

    @property
    def stuck(self) -> list[Outcome]:
        """The runs that did not converge."""
        return [outcome for outcome in self.outcomes if not outcome.converged]


def page(state: SweepState, cursor: int, columns: int, rows: int) -> list[Line]:
    """Headline, histogram, and the stuck runs with the one at the cursor marked, in the room there is."""
    head = [*_headline(state, columns), *quartiles(state.converged)]
    stuck = state.stuck
    if columns >= WIDE:
        left = (columns - 2) // 2
        bars = histogram(state.converged, left, min(rows - 4, BARS))
        runs = _stuck(stuck, cursor, columns - left - 2, rows - len(head) - 1)
        return [clip(spans, columns) for spans in [*head, (), *beside(bars, runs, left + 2)]][:rows]
    below = min(len(stuck) + 3, rows // 2) if stuck else 0
    bars = histogram(state.converged, columns, min(BARS, rows - below - 4))
    runs = _stuck(stuck, cursor, columns, rows - len(bars) - 4)
    return [clip(spans, columns) for spans in [*head, *bars, (), *runs]][:rows]


def _headline(state: SweepState, columns: int) -> list[Line]:
    """How many converge and do not, and of the rest what fits; how many there are."""
    converged, stuck = len(state.converged), len(state.stuck)
    share = f" ({percent(converged / len(state.outcomes))})" if state.over and state.outcomes else ""
    counts = [Span(f"{converge(converged)}{share}", bold=True), Span(f"   {do_not(stuck)}")]
    if not state.over:
        waiting = state.starts - converged - stuck
        counts.append(Span(f"   {waiting:,} under way, {100 * state.progress:.0f} %", "accent"))
    elif len(state.outcomes) < state.starts or state.progress < 1:
        counts.append(Span(f"   stopped at {100 * state.progress:.0f} %", "warn"))
    if right := right_of(state.outcomes):
        counts.append(Span(right.replace(", ", "   ").replace(" answer", "")))
    fitting = next((some for some in range(len(counts), 2, -1) if length(counts[:some]) <= columns), 2)
    return [
        line(*counts[:fitting]),
        line(Span(f"of {counted(state.starts, 'start')}, at most {counted(state.epochs, 'epoch')} each", "dim")),
    ]


def converge(count: int) -> str:
    """How many runs do."""
    return f"{count:,} converge{'s' * (count == 1)}"


def do_not(count: int) -> str:
    """How many runs do not converge."""
    return f"{count:,} {'does' if count == 1 else 'do'} not"


def right_of(outcomes: Sequence[Outcome]) -> str:
    """How many answer all samples right, converged or not; empty where no answer is right or wrong."""
    known = [outcome.all_right for outcome in outcomes if outcome.all_right is not None]
    return f", {sum(known):,} get{'s' * (sum(known) == 1)} all samples right" if known else ""


def quartiles(epochs: Sequence[int]) -> list[Line]:
    """After how many epochs a quarter, half and three quarters of those that converge have done so."""
    if not epochs:
        return [line(Span("none has converged", "dim"))]
    quarter, half, three = np.percentile(epochs, [25, 50, 75])
    text = f"{short(quarter)}, {short(half)}, {short(three)}; range {min(epochs):,}–{max(epochs):,}"
    return [line(Span("epochs: ", "label"), Span(f"quartiles {text}"))]


def bins(values: Sequence[int], most: int) -> list[tuple[int, int, int]]:
    """(first, last, count) of at most `most` bins of a round width that hold all values."""
    if not values or most < 1:
        return []
    low, high = min(values), max(values)
    width = next(w for w in _round_widths() if high // w - low // w < most)
    counts = Counter(value // width for value in values)
    return [(n * width, (n + 1) * width - 1, counts[n]) for n in range(low // width, high // width + 1)]


def _round_widths() -> list[int]:
    return [step * 10**power for power in range(12) for step in (1, 2, 5)]


def histogram(values: Sequence[int], columns: int, most: int) -> list[Line]:
    """A bar for each bin, in half cells, and its count; any count but 0 has a bar."""
    found = bins(values, most)
    if not found:
        return []
    digits, largest = len(f"{found[-1][1]:,}"), max(count for _, _, count in found)
    room = max(1, columns - 2 * digits - 3 - len(f"{largest:,}") - 1)
    lines = []
    for first, last, count in found:
        label = f"{first:{digits},}" + (f"–{last:{digits},} " if last > first else " ")
        halves = max(1, round(2 * room * count / largest)) if count else 0
        bar = "█" * (halves // 2) + "▌" * (halves % 2)
        lines.append(line(Span(label, "label"), Span(bar, "+2"), Span(f" {count:,}" if count else "")))
    return lines


def reasons(outcomes: Sequence[Outcome], columns: int, seeds: int) -> list[Line]:
    """For each reason to be stuck: how many runs, what it means, what else is wrong with some, and the first seeds."""
    lines: list[Line] = []
    for ending in Ending:
        runs = [outcome for outcome in outcomes if outcome.ending is ending and not outcome.converged]
        if not runs:
            continue
        lines += paragraph(
            columns,
            Span(f"{len(runs):,} {ending.value}: ", bold=True),
            Counter(run.meaning for run in runs).most_common(1)[0][0],
            indent=4,
        )
        dead = sum(outcome.dead > 0 for outcome in runs)
        if dead:
            lines.append(line(f"    {dead:,} of them with dead units: shut for every sample"))
        grew = sum(outcome.grew for outcome in runs)
        if grew and ending is not Ending.DIVERGED:
            lines.append(line(f"    {grew:,} of them after their error had grown: the rate may be too large"))
        shown = [f"{outcome.seed}" for outcome in runs[:seeds]] + ["…"] * (len(runs) > seeds)
        lines += paragraph(columns, f"    seeds {' '.join(shown)}", indent=4)
    return lines


def goal_advice(outcomes: Sequence[Outcome], constant: float, penalty: bool = False) -> str:
    """What could make runs converge, where none does and some answer all samples right or are on a plateau; else empty.

    `constant` is the error of a network that gives all samples the same answer: one with a larger error has learned
    nothing yet. `penalty` says whether there is a weight penalty, which may be the reason.
    """
    if any(outcome.converged for outcome in outcomes):
        return ""
    if right := sum(bool(outcome.all_right) for outcome in outcomes):
        return f"{right_of(outcomes)[2:]}: --goal all_right counts {'it' if right == 1 else 'them'} as converged."
    errors = [outcome.error for outcome in outcomes if outcome.ending is Ending.PLATEAU]
    if not errors or not (middle := median(errors)):
        return ""
    best = min(outcome.error for outcome in outcomes if isfinite(outcome.error))
    if best < min(errors) or best > LEARNED * constant:
        smaller = "a smaller weight penalty, " * penalty
        return f"The best of them may not be done: try {smaller}more epochs (--epochs) or another rate (--rate)."
    unit = 10.0 ** (floor(log10(middle)) - 2)
    within = f"{ceil(middle / unit) * unit:g}"
    reach = ": the weight penalty keeps weights too small," if penalty else " of any weights:"
    why = f"The goal may be out of reach{reach} classes overlap, or targets are noisy. "
    return (
        f"{why if best > SOLVED * constant else ''}Half of those on a plateau have an error of {within} or less: "
        f"--goal error --stop {within} counts them as converged."
    )


def _stuck(stuck: Sequence[Outcome], cursor: int, columns: int, rows: int) -> list[Line]:
    """Counts, what the chosen run's ending means, and as many runs as there is room for, the chosen one in sight."""
    if not stuck or rows < 3:
        return []
    counts = Counter(outcome.ending for outcome in stuck)
    text = "   ".join(f"{counts[ending]:,} {ending.value}" for ending in Ending if counts[ending])
    chosen = stuck[min(cursor, len(stuck) - 1)]
    lines = [line(Span("stuck ", "label"), Span(text)), *paragraph(columns, chosen.sentence)]
    room = max(1, rows - len(lines))
    start = min(max(0, cursor - room // 2), max(0, len(stuck) - room))
    for place in range(start, min(start + room, len(stuck))):
        lines.append(_run(stuck[place], place == cursor, place, columns))
    return [clip(spans, columns) for spans in lines]


def _run(outcome: Outcome, chosen: bool, place: int, columns: int) -> Line:
    dead = f"  {outcome.dead} dead" if outcome.dead else ""
    when = f"step {outcome.lost:,}" if outcome.lost else f"epoch {outcome.epochs:,}"
    text = f"seed {outcome.seed:<6} {outcome.ending.value:<9} error {short(outcome.error):<8} {when}"
    spans = line(Span("▸" if chosen else " ", "accent"), Span(text + dead, selected=chosen, target=f"choose({place})"))
    return spans if length(spans) <= columns else line(Span(fit(text, columns), selected=chosen))
