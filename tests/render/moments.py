"""Random moments of random runs, and the text of what is rendered of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from rich.cells import cell_len

from tests.nets import nets
from tui_backprop import Timeline, load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.parts import Bias, Unit, Weight
from tui_backprop.core.run.moment import Moment, phases
from tui_backprop.render.selection import Selection
from tui_backprop.render.spans import Line

SIZES = st.tuples(st.integers(1, 200), st.integers(1, 60))
"""(columns, rows) of a pane."""
NAMES = ("x", "漢字", "e\u0301", "\x1b[31m", "[bold]", "a\nb", "a long name, longer than most", "\u200b", "😀", "")
"""Names that a file of the user's may bring."""


def at(place: str, step: int | None = None, phase: str | None = None, **training: Any) -> Moment:
    """`article`, or another preset, at a step and phase; with changes to its training."""
    experiment = load_experiment(place)
    if training:
        definition = {**experiment.definition, "training": {**experiment.definition["training"], **training}}
        experiment = load_experiment(definition)
    timeline = Timeline(experiment)
    return timeline.moment if step is None else timeline.go(step, phase)


def definition(layers: list[int], **network: Any) -> dict[str, Any]:
    """A network of that shape from seed 1, and two samples."""
    return {
        "network": {"layers": layers, "init": "uniform", "seed": 1, **network},
        "training": {"rate": 0.1},
        "data": {
            "inputs": [[1.0] * layers[0], [0.5] * layers[0]],
            "targets": [[1.0] * layers[-1], [0.0] * layers[-1]],
        },
    }


def of(layers: list[int], step: int = 0, phase: str | None = None, **network: Any) -> Moment:
    """A moment of such a network."""
    return Timeline(load_experiment(definition(layers, **network))).go(step, phase)


@st.composite
def moments(draw: st.DrawFn, most_units: int = 20, hostile: bool = False) -> Moment:
    """Any network, anywhere in its first steps, learning, standing still or diverging."""
    definition = draw(nets(most_units=most_units)).definition
    definition["training"]["rate"] = draw(st.sampled_from([0.1, 1e-300, 30.0, 1e77, 1e300]))
    if hostile:
        inputs = definition["network"]["layers"][0]
        names = draw(st.lists(st.sampled_from(NAMES), min_size=inputs, max_size=inputs))
        definition["data"]["names"] = [
            f"{name}{place}" if name in names[:place] else name for place, name in enumerate(names)
        ]
    timeline = Timeline(load_experiment(definition))
    step = draw(st.integers(0, 3 * timeline.experiment.steps_per_epoch))
    moment = timeline.go(step, draw(st.sampled_from(phases(timeline.experiment.network.depth))))
    return moment.showing(draw(st.integers(0, max(0, len(moment.samples) - 1))))


@st.composite
def selections(draw: st.DrawFn, experiment: Experiment) -> Selection:
    """Any weight, bias or node of it."""
    units = experiment.network.units
    layer = draw(st.integers(1, experiment.network.depth))
    column = draw(st.integers(0, units[layer] - 1))
    kind = draw(st.sampled_from(["weight", "node", "input", "bias"]))
    if kind == "node":
        return Unit(layer, column)
    if kind == "input":
        return Unit(0, draw(st.integers(0, units[0] - 1)))
    if kind == "bias" and experiment.initial.biases:
        return Bias(layer, column)
    return Weight(layer, draw(st.integers(0, units[layer - 1] - 1)), column)


def text(spans: Line) -> str:
    """A line's text."""
    return "".join(span.text for span in spans)


def page(lines: list[Line]) -> str:
    """The text of all lines."""
    return "\n".join(text(spans) for spans in lines)


def assert_within(lines: list[Line], columns: int, rows: int) -> None:
    """No more lines than there is room for, and none too wide."""
    assert len(lines) <= rows
    widths = [cell_len(text(spans)) for spans in lines]
    assert max(widths, default=0) <= columns, page(lines)


def shown(value: float) -> str:
    """A number as a pane with four decimals shows it, for sizes below 10."""
    return f"{value:+.4f}".replace("-", "−") if value else " 0.0000"
