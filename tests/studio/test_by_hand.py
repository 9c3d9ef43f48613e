"""A step worked out in the studio: right all the way, wrong once, wrong twice, shown, left, and gone on with."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.widgets import Static

from tests.lessons.by_hand.sheets import Hand, Homework
from tests.lessons.by_hand.test_marking import NETWORKS
from tests.studio.studio import NARROW, Studio, studio
from tui_backprop import load_experiment
from tui_backprop.studio.screens.by_hand import PhaseByHand

WORK = Homework(("tanh", "sigmoid"))
PHASES = {
    "sum1": 2, "activate1": 2, "sum2": 2, "activate2": 2, "error": 3, "upstream1": 2, "mask1": 2, "gradient": 12,
    "update": 12,
}  # fmt: skip
"""Figures of each phase."""


def answers(work: Homework) -> list[str]:
    """All figures of the first step with five decimals, in the order in which they are asked."""
    return [f"{value:.5f}" for _, value in _asked(work)]


def _asked(work: Homework) -> list[tuple[str, float]]:
    found = Hand(work).figures()

    def matrix(kind: str, layer: int) -> list[tuple[str, float]]:
        return [
            (name, value) for name, value in found
            if name.startswith((f"{kind}W{layer}[", f"{kind}b{layer}["))
        ]  # fmt: skip

    units = [(name, value) for name, value in found if "(" in name or name == "E"]
    return units + [entry for kind in ("∂E/∂", "") for layer in (1, 2) for entry in matrix(kind, layer)]


def dialog(s: Studio) -> PhaseByHand:
    assert isinstance(s.app.screen, PhaseByHand)
    return s.app.screen


def told(s: Studio) -> str:
    return str(dialog(s).query_one("#wrong", Static).content)


async def fill(s: Studio, *texts: str) -> None:
    """Pastes numbers from the marked cell on, and has them checked."""
    s.app.post_message(Paste(" ".join(texts)))
    await s.press("f10")


@pytest.mark.parametrize(
    "work",
    [
        WORK,
        pytest.param(Homework(optimizer="adam", rate=0.05), marks=pytest.mark.slow),
        pytest.param(NETWORKS["softmax"], marks=pytest.mark.slow),
        pytest.param(NETWORKS["penalty"], marks=pytest.mark.slow),
    ],
    ids=["tanh", "adam", "softmax", "penalty"],
)
async def test_a_step_that_is_right_continues_phase_by_phase_to_its_end(work: Homework) -> None:
    async with studio(work.definition) as s:
        await s.press("w")
        assert s.where == (1, "input")
        left = answers(work)
        for phase, count in PHASES.items():
            await fill(s, *left[:count])
            assert s.where == (1, phase)
            del left[:count]
        assert s.where == (1, "update")
        assert s.sentence == "Step 1 by hand: 39 of 39 figures right on the first try."


async def test_the_first_wrong_figure_is_named_with_the_mistake_and_then_with_the_way() -> None:
    async with studio(WORK.definition) as s:
        await s.press("w")
        await fill(s, "2.5", "0.75")
        await fill(s, "0.98661", "0.63515")
        assert s.where == (1, "activate1")
        await fill(s, "2.22", "0.3")
        assert told(s).startswith("z(y1): not 2.22. ")
        await fill(s, answers(WORK)[4], "-3")
        assert told(s).startswith("z(y2): not -3. ")
        await s.press("0", "enter")
        assert told(s).startswith("z(y2): not 0: 0.9866×(−1.4) + 0.6351×0.6 + (−0.45) = −1.45")
        assert s.where == (1, "activate1")
        await fill(s, answers(WORK)[5])
        assert s.where == (1, "sum2")


async def test_the_likely_mistake_is_that_of_the_engine() -> None:
    async with studio(WORK.definition) as s:
        await s.press("w")
        await fill(s, "2.15", "1.35")  # both without their biases
        assert told(s) == "z(h1): not 2.15. The bias is missing from the sum."


async def test_a_figure_can_be_shown_and_an_empty_cell_is_no_answer() -> None:
    async with studio(WORK.definition) as s:
        await s.press("w", "f10")
        assert told(s).startswith("z(h1): nothing typed yet")
        await s.press("question_mark")
        assert told(s) == "z(h1) = 0.5×1.5 + 2×0.7 + 0.35 = 2.5"
        await s.press("question_mark", "enter")
        assert s.where == (1, "sum1")
        await s.press("escape")
        assert s.sentence == "Left step 1 by hand: 0 of 2 figures right on the first try."


async def test_a_new_weight_with_too_few_digits_is_not_taken() -> None:
    """1.5 for the new weight 1.4999, whose old value is 1.5; it is no miss, either."""
    async with studio({**WORK.definition, "training": {**WORK.definition["training"], "rate": 0.02}}) as s:
        await s.press("w")
        left = answers(Homework(("tanh", "sigmoid"), rate=0.02))
        for count in list(PHASES.values())[:-1]:
            await fill(s, *left[:count])
            del left[:count]
        await fill(s, "1.5", *left[1:])
        assert told(s) == "W1[x1→h1]: 1.5 has too few digits to tell it from the old weight"
        await fill(s, left[0])
        assert s.sentence == "Step 1 by hand: 39 of 39 figures right on the first try."


async def test_it_continues_in_the_middle_of_a_step_and_then_with_the_next() -> None:
    async with studio(WORK.definition) as s:
        await s.press("w", "escape", ".", ".", "w")
        assert "ŷ" not in str(dialog(s)._title)
        await fill(s, *answers(WORK)[4:6])
        assert s.where == (1, "sum2")
        await s.press("escape", "space", "w")
        assert s.where == (2, "input")


async def test_what_is_too_much_is_reported() -> None:
    async with studio("spiral") as s:
        await s.press("w")
        assert s.sentence.startswith("that is too much to do by hand")
        assert not isinstance(s.app.screen, PhaseByHand)


async def test_infinite_figures_are_not_asked_for() -> None:
    """They could not be typed, and what `?` shows of them would be refused."""
    async with studio("linear-collapse", rate=1e200) as s:
        await s.press("space", "space", "w")
        assert s.sentence == "Step 3, sum1: not all figures are finite, so they cannot be worked out by hand."
        assert not isinstance(s.app.screen, PhaseByHand)


@pytest.mark.slow
@pytest.mark.parametrize("work", [Homework(optimizer="adam"), Homework(batch=2)], ids=["adam", "batch"])
async def test_two_steps_in_a_row_with_every_figure_shown(work: Homework) -> None:
    async with studio(work.definition, NARROW) as s:
        s.screen.action_by_hand(2)
        await s.settle()
        phases = []
        while isinstance(s.app.screen, PhaseByHand):
            phases.append(s.where)
            for _ in dialog(s)._cells:
                dialog(s)._reveal()
            await s.press("f10")
        assert s.where == (2, "update")
        assert len(phases) == 2 * 9
        assert s.sentence.startswith("Steps 1 to 2 by hand: 0 of ")


async def test_a_wide_layer_is_asked_in_pieces_that_fit() -> None:
    async with studio("iris", NARROW) as s:
        await s.press("w")
        assert len(dialog(s)._blocks) == 3
        assert all(16 + 11 * len(block.columns) <= 74 for block in dialog(s)._blocks)
        values = [f"{v:.5f}" for v in first_sums()]
        await fill(s, *values)
        assert s.where == (1, "sum1")


def first_sums() -> list[float]:
    experiment = load_experiment("iris")
    x = experiment.data.inputs[54]
    return [float(v) for v in x @ experiment.initial.weights[0] + experiment.initial.biases[0]]
