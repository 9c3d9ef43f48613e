"""The decision surface, cell by cell, of a network whose every output is known by hand."""

from __future__ import annotations

import re

import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.spans import Span, length, plain
from tui_backprop.render.views.curve import curve
from tui_backprop.render.views.shades import Shading
from tui_backprop.render.views.surface import surface

CORNERS = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
"""ŷ = x1 says 0, 1 and 1 here."""


LINE = {
    "network": {"layers": [1, 1], "hidden": "linear", "output": "linear", "weights": [[[1.0]]]},
    "data": {"inputs": [[0.0], [3.0]], "targets": [[0.0], [3.0]]},
}
"""ŷ = x1, from 0 to 3."""


def of(inputs: list[list[float]], targets: list[float], step: int = 0) -> Moment:
    network = {"layers": [2, 1], "hidden": "linear", "output": "linear", "weights": [[[1.0], [0.0]]]}
    data = {"inputs": inputs, "targets": [[target] for target in targets]}
    training = {"rate": 1e-9, "stop": 0.0}
    return Timeline(load_experiment({"network": network, "data": data, "training": training})).go(step)


def signs(moment: Moment, shading: Shading = Shading.SHADES) -> dict[tuple[int, int], Span]:
    """The signs on a map of 13 by 6 cells, by (column, row) of the cell."""
    _, *rows, _ = surface(moment, Unit(1, 0), 13, 8, shading)
    assert len(rows) == 6
    cells = [[(character, span) for span in row for character in span.text] for row in rows]
    return {
        (x, y): span for y, row in enumerate(cells) for x, (character, span) in enumerate(row) if character in "○●◇◆"
    }


def test_each_sample_is_where_its_inputs_are() -> None:
    """A tenth more on each side: x = 0 is in cell ⌊13 · 0.1 / 1.2⌋ = 1, x = 1 in ⌊13 · 1.1 / 1.2⌋ = 11."""
    found = signs(of(CORNERS, [0.0, 1.0, 0.0]))
    assert {place: span.text for place, span in found.items()} == {(1, 5): "○", (11, 0): "●", (11, 5): "◇"}


def test_in_colours_a_class_has_its_sign_and_colour_and_a_wrong_answer_a_diamond() -> None:
    found = signs(of(CORNERS, [0.0, 1.0, 0.0]), Shading.RAMP)
    assert {place: (span.text, span.ink.partition("|")[0]) for place, span in found.items()} == {
        (1, 5): ("○", "low"), (11, 0): ("●", "high"), (11, 5): ("◇", "wrong"),
    }  # fmt: skip


@pytest.mark.parametrize("order", [(0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("step", [2, 3, 4])
def test_of_several_samples_in_one_cell_a_wrong_one_is_seen(order: tuple[float, float], step: int) -> None:
    """Whichever of them comes first, and whichever is the present one."""
    moment = of([*CORNERS[:2], CORNERS[2], CORNERS[2]], [0.0, 1.0, *order], step)
    assert signs(moment)[11, 5].text == "◇"


def test_of_several_right_ones_the_present_one_is_seen() -> None:
    moment = of([*CORNERS, CORNERS[2]], [0.0, 1.0, 1.0, 1.0], 3)
    assert list(moment.samples) == [2]
    assert signs(moment)[11, 5].selected
    assert not signs(moment)[1, 5].selected


@pytest.mark.parametrize(("columns", "rows", "layers"), [(71, 33, [4, 4]), (71, 33, [8]), (116, 34, [8, 8])])
def test_the_small_maps_of_all_units_have_room(columns: int, rows: int, layers: list[int]) -> None:
    definition = {
        "network": {"layers": [2, *layers, 1], "hidden": "tanh", "output": "tanh"},
        "data": {"generator": "circle", "samples": 20},
    }
    moment = Timeline(load_experiment(definition)).moment
    lines = surface(moment, Unit(1, 0), columns, rows, Shading.RAMP)
    names = {
        f"h{layer}.{unit}" if layers[1:] else f"h{unit}"
        for layer, count in enumerate(layers, 1)
        for unit in range(1, count + 1)
    }
    assert names <= set(plain(lines).split())
    assert all(length(spans) <= columns for spans in lines)


@pytest.mark.parametrize(("rows", "names"), [(10, 6), (14, 8), (34, 8)])
def test_where_rows_are_few_small_maps_are_lower_rather_than_fewer(rows: int, names: int) -> None:
    definition = {
        "network": {"layers": [2, 4, 4, 1], "hidden": "tanh", "output": "tanh"},
        "data": {"generator": "circle", "samples": 20},
    }
    drawn = plain(surface(Timeline(load_experiment(definition)).moment, Unit(1, 0), 78, rows, Shading.RAMP))
    assert len(re.findall(r"h[12]\.[1-4]", drawn.partition("\n")[2])) == names


@pytest.mark.parametrize("shading", [Shading.RAMP, Shading.SHADES])
@pytest.mark.parametrize("columns", [20, 22, 30, 38, 48, 60])
def test_heading_and_legend_end_in_whole_words(columns: int, shading: Shading) -> None:
    moment = Timeline(load_experiment("circle")).moment
    heading, *_, legend = surface(moment, Unit(2, 0), columns, 12, shading, small=False)
    ends = ("▲", "× −5.647…5.712", "wrong", "below", "above 0", "high")
    assert plain([legend]).endswith(ends)
    assert plain([heading]).endswith(ends)


@pytest.mark.parametrize(
    ("columns", "heading", "legend"),
    [
        (60, "output y over x1, −0.3…3.3  from −0.285 to 3.285", "line: the network's output; ● a sample's target"),
        (27, "output y over x1, −0.3…3.3", "line: output  ● target"),
        (20, "output y over x1", "● target"),
        (10, "output y", "● target"),
    ],
)
def test_so_they_do_beside_a_curve(columns: int, heading: str, legend: str) -> None:
    moment = Timeline(load_experiment(LINE)).moment
    first, *_, last = curve(moment, Unit(1, 0), columns, 8)
    assert [plain([first]), plain([last])] == [heading, legend]


@pytest.mark.parametrize("columns", [22, 30])
def test_long_names_of_axes_are_shortened_and_stay_different(columns: int) -> None:
    heading = plain([surface(Timeline(load_experiment("iris")).moment, Unit(2, 0), columns, 12, Shading.RAMP)[0]])
    across, up = re.fullmatch(r"setosa: (\S.*) ▸ (\S.*) ▲.*", heading).groups()  # type: ignore[union-attr]
    assert across != up
    assert across[0] == up[0] == "s"


@pytest.mark.parametrize(("columns", "end"), [(21, "x3 held"), (60, "held at the mean: x3")])
def test_what_is_held_at_its_mean_is_named(columns: int, end: str) -> None:
    heading = surface(Timeline(load_experiment("article")).moment, Unit(2, 0), columns, 12, Shading.RAMP)[0]
    assert plain([heading]).endswith(end)
