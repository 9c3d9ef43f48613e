"""Every line of an exercise holds: it is read, computed, and compared with what it says."""

from __future__ import annotations

import contextlib
import re
from collections import Counter

import pytest

from tests.evaluator import UnreadableError, four_decimals, holds
from tests.nets import drawn
from tui_backprop import load_experiment
from tui_backprop.core.experiment import Experiment
from tui_backprop.experiments import Overrides, preset_names
from tui_backprop.lessons.worksheet import worksheet


def lines_of(experiment: Experiment) -> list[str]:
    """Those of the steps that say something is so."""
    sheet = worksheet(experiment, 2, True)
    lines = [line for line in sheet.splitlines() if line.startswith("  ") and " = " in line]
    sums = ["", *(line.rpartition(" = ")[2] for line in lines)]
    return [line.replace(" = z = ", f" = {z} = ") for z, line in zip(sums, lines, strict=False)]


def count(experiment: Experiment) -> tuple[int, int]:
    """(lines that hold, lines that only state a number)."""
    told = [holds(line, four_decimals) for line in lines_of(experiment)]
    wrong = [line for line, held in zip(lines_of(experiment), told, strict=True) if held is False]
    assert not wrong
    return sum(held is True for held in told), sum(held is None for held in told)


@pytest.mark.slow
def test_every_line_of_five_hundred_random_networks_holds() -> None:
    held = 0
    for seed in range(500):
        experiment = load_experiment(drawn(seed))
        found, bare = count(experiment)
        assert not bare
        held += found
    assert held > 15_000


def test_every_line_of_the_presets_holds() -> None:
    held = 0
    for name in preset_names():
        experiment = load_experiment(name, Overrides(batch=1))
        if experiment.network.weight_count <= 64:
            found, bare = count(experiment)
            assert not bare
            held += found
    assert held > 500


def test_lines_without_one_of_their_factors_or_terms_do_not_hold() -> None:
    """Whatever is taken out, of every kind of line; unless it does nothing, as times 1, plus 0, or 0 times it."""
    dropped, caught = Counter[str](), Counter[str]()
    part = re.compile(r"×\(?−?[\d.]+\)?(?= |$|\))|(?<= )[+] [^+]+(?= |$)|(?<=\d) − [\d.(−]+\)?")
    for line in (line for seed in range(60) for line in lines_of(load_experiment(drawn(seed)))):
        label, left, *right = line.split(" = ")
        kind = label.strip()[:1]
        for found in part.finditer(left):
            shorter = left[: found.start()] + left[found.end() :]
            with contextlib.suppress(UnreadableError):
                told = holds(" = ".join([label, shorter, *right]), four_decimals)
                dropped[kind] += 1
                caught[kind] += told is False
    assert set(dropped) == set("zŷuδ∂Wb")
    assert all(min(dropped[kind] - 40, caught[kind] - 0.6 * dropped[kind]) > 0 for kind in dropped), (dropped, caught)


def test_the_sheet_names_its_rules() -> None:
    """Whether δ has the slope in it, and what the penalty and the optimiser do with the gradient."""
    experiment = load_experiment(
        {
            "network": {"layers": [1, 1], "output": "sigmoid", "weights": [[[0.5]]]},
            "training": {"loss": "squared", "optimizer": "momentum", "l2": 0.5},
            "data": {"inputs": [[1.0]], "targets": [[1.0]]},
        }
    )
    sheet = worksheet(experiment, 1, False)
    assert "Loss squared: of an output δ = 2·(ŷ − t)·f′(z), f′ = a·(1 − a). Optimiser momentum." in sheet
    assert "Update: g = gradient + 0.5×weight; v = momentum·v + g; new = old − rate·v" in sheet
    assert "  ∂E/∂W1[x1→y] = ______" in sheet
