"""Changing things in mid-run by keys: weights, samples, rules; branches; waiting for what happens."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.sessions.sessions import NOON
from tests.studio.studio import NARROW, Studio, studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.cli.commands import parser_of
from tui_backprop.cli.studio import opened
from tui_backprop.core.parts import Unit
from tui_backprop.core.run.place import parse_place, place_of
from tui_backprop.sessions.reader import decode
from tui_backprop.sessions.writer import encode, encode_body
from tui_backprop.studio.screens.questions import BranchQuestion, ChoiceQuestion


async def change(s: Studio, place: int, answer: str) -> None:
    """`enter`, the thing at `place` of the list, the new value."""
    await s.press("enter", *["down"] * place, "enter")
    await s.type(answer)


async def test_the_selected_weight_gets_another_value() -> None:
    async with studio() as s:
        await s.press("e")
        trained = s.moment.after.weights[0][0, 0]
        await change(s, 0, "-0,5")
        assert s.moment.parameters.weights[0][0, 0] == -0.5
        assert s.moment.after.weights[0][0, 0] == trained
        assert "−0.5000" in s.text("Matrices")
        assert s.sentence == "From here on W1[x1→h1] = −0.5."
        assert "edited by hand to −0.5" in " ".join(s.text("Inspector").split())
        await s.press("space")
        assert s.moment.before.weights[0][0, 0] == -0.5
        await s.press("backspace")
        assert s.sentence == "From here on W1[x1→h1] = −0.5."


@pytest.mark.slow
async def test_rate_optimizer_and_activation_are_chosen_from_lists() -> None:
    async with studio(size=NARROW) as s:
        await change(s, 1, "0.02")
        assert s.moment.experiment.training.rate == 0.02
        await s.press("enter", "down", "down", "enter", "down", "down", "down", "enter")
        assert s.moment.experiment.training.optimizer == "adam"
        await s.press("enter", *["down"] * 5, "enter", "down", "enter")
        assert s.moment.experiment.network.activations[0] == "leaky_relu"
        await s.press("space")
        assert s.moment.memory_after.age == 1


async def test_nodes_stand_for_inputs_targets_and_activations() -> None:
    async with studio() as s:
        await s.press("full_stop")
        s.screen.selection = Unit(0, 1)
        await change(s, 0, "0.25")
        assert (s.where, s.moment.experiment.data.inputs[0, 1]) == ((1, "input"), 0.25)
        s.screen.selection = Unit(2, 0)
        await change(s, 0, "-1")
        assert s.moment.experiment.data.targets[0, 0] == -1.0


async def test_nonsense_is_refused_where_it_is_typed_or_passed() -> None:
    async with studio() as s:
        await s.press("enter", "enter")
        await s.type("much")
        assert s.mistake.startswith("'much' is not a number")
        await s.press("escape")
        await change(s, 1, "-3")
        assert s.sentence.startswith("a rate of -3 is out of range")
        assert s.moment.experiment.training.rate == 0.1


@pytest.mark.slow
async def test_the_past_branches_and_the_old_future_stays() -> None:
    async with studio() as s:
        await s.press(*"eeeee")
        old = s.moment.parameters.flat.tobytes()
        await s.press("E", "E", "E")
        await change(s, 1, "0.3")
        assert s.sentence == "rate = 0.3, in a new branch; b lists the branches."
        assert "article (branch 2) 3-4-1" in s.text("Breadcrumb")
        assert re.search("[⠁⠂⠄⡀⠈⠐⠠⢀] [⠁⠂⠄⡀⠈⠐⠠⢀]", s.text("Error")), "the old future is dotted"
        await s.press("e", "c")
        assert "·" in s.text("Chart")
        await s.press("c", "b")
        assert isinstance(s.app.screen, BranchQuestion)
        await s.press("n")
        await s.type("fast")
        assert [branch.name for branch in s.moment.branches] == ["1", "fast"]
        await s.press("b", "up", "enter")
        assert (s.where, s.moment.present) == ((8, "update"), 0)
        assert s.sentence == "Branch 1, where you left it."
        await s.press(*"eee")
        assert s.moment.parameters.flat.tobytes() == old


async def test_one_branch_is_not_worth_a_list() -> None:
    async with studio() as s:
        await s.press("b")
        assert s.sentence.startswith("Only one branch so far.")


async def test_edits_and_branches_survive_a_save() -> None:
    async with studio() as s:
        await s.press(*"eee")
        await s.press("E")
        await change(s, 0, "2")
        await s.press("e")
        saved = s.moment
    session = decode(encode(saved, encode_body(saved.base), NOON), "it")
    again = Timeline(session.experiment, branches=session.branches, present=session.present)
    for _ in again.recall():
        pass
    moment = again.go(session.step, session.phase)
    assert moment.branches == saved.branches
    assert moment.parameters.flat.tobytes() == saved.parameters.flat.tobytes()
    assert [errors.tolist() for errors in moment.ghosts] == [errors.tolist() for errors in saved.ghosts]
    assert len(saved.ghosts[0]) == 3


async def test_samples_say_that_their_answers_are_of_the_edited_weights() -> None:
    """The change of the error is that of the edit, which came after the update."""
    async with studio() as s:
        await s.press("space")
        assert s.title("Samples").endswith("after this update")
        updates = [row.split()[-3:] for row in s.text("Samples").splitlines()[1:5]]
        await change(s, 0, "2.5")
        assert s.title("Samples").endswith("after your edit")
        assert [row.split()[-3:] for row in s.text("Samples").splitlines()[1:5]] != updates
        await s.press("space")
        assert s.title("Samples").endswith("after this update")


async def waits(s: Studio, words: str) -> None:
    """Runs until the stop condition whose label has these words."""
    await s.press("u")
    assert isinstance(s.app.screen, ChoiceQuestion)
    place = next(i for i, label in enumerate(s.app.screen._options) if words in label)
    await s.press(*["down"] * place, "enter")


async def test_a_run_stops_where_a_gate_flips() -> None:
    async with studio() as s:
        await waits(s, "any gate")
        assert s.moment.phase == "update"
        assert "The gate of" in s.sentence
        before, after = s.moment.before.weights[0], s.moment.after.weights[0]
        inputs = s.moment.experiment.data.inputs
        assert ((inputs @ before > 0) != (inputs @ after > 0)).any()


async def test_a_run_stops_where_the_selected_weight_changes_sign() -> None:
    async with studio("article-random") as s:
        await waits(s, "changes sign")
        assert s.sentence.endswith("W1[x1→h1] changed sign.")
        before, after = s.moment.before.weights[0][0, 0], s.moment.after.weights[0][0, 0]
        assert (before < 0) != (after < 0)


async def test_a_run_stops_where_nothing_changes_any_more() -> None:
    """From epoch 149 on the article's answers are all right: a whole epoch later it is known that no unit dies."""
    async with studio() as s:
        await waits(s, "a unit dies")
        not_by = f"Not by step {s.moment.step:,}: a unit dies: its gate is shut for every sample."
        assert s.sentence == f"{not_by} No weight changes any more."
        assert 148 < s.moment.epoch <= 150
        assert np.array_equal(s.moment.parameters.flat, Timeline(s.timeline.experiment).go(4 * 148).parameters.flat)


async def test_a_run_stops_in_the_phase_where_numbers_end() -> None:
    async with studio("article", hidden="linear", rate=5.0) as s:
        await waits(s, "NaN or infinite")
        assert "the first number that is not finite" in s.sentence
        assert s.moment.phase in s.sentence


@pytest.mark.parametrize("keys", [(), ("e", "full_stop", "full_stop"), ("space",)])
async def test_the_copied_command_opens_the_same_moment(keys: tuple[str, ...]) -> None:
    async with studio("article", seed=3, rate=0.05) as s:
        await s.press(*keys, "Y")
        words = s.app.clipboard.split()
        assert words[:2] == ["tui-backprop", "article"]
        timeline, _ = opened(parser_of("studio").parse_args(words[1:]))
        assert (timeline.moment.step, timeline.moment.phase) == s.where
        assert timeline.moment.before.flat.tobytes() == s.moment.before.flat.tobytes()


def test_places_read_back() -> None:
    timeline = Timeline(load_experiment("article"))
    for step, phase in [(0, None), (1, "input"), (7, "mask1"), (12, "update")]:
        moment = timeline.go(step, phase)
        assert timeline.go(*parse_place(place_of(moment), timeline)).phase == moment.phase
