"""The bug lab: each mistake is what it says, is found by the gradient check, and stays in its lab."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from tests.cli.program import assert_refused, program
from tests.lessons.figures import rules
from tests.transcription import flat_gradient, one_step
from tui_backprop.core.diagnostics.bugs import BUGS, buggy_gradient
from tui_backprop.core.diagnostics.gradient_check import backprop_gradient, check_gradient
from tui_backprop.experiments import Overrides, load_experiment


def gradients(name: str) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """(with the mistake, without it, what the mistakes are made of) for the four samples of xor at once."""
    experiment = load_experiment("xor", Overrides(batch="full"))
    inputs, targets = experiment.data.inputs, experiment.data.targets
    weights, biases = list(experiment.initial.weights), [np.full(4, 0.1), np.full(1, -0.2)]
    parameters = type(experiment.initial)(experiment.network, np.concatenate([*(w.ravel() for w in weights), *biases]))
    wrong = buggy_gradient(name)(experiment, parameters, inputs, targets)
    right = flat_gradient(rules(experiment), weights, biases, inputs, targets)
    steps = [one_step(rules(experiment), weights, biases, x, y) for x, y in zip(inputs, targets, strict=True)]
    parts = {
        "delta1": np.mean([step.delta[0] for step in steps], axis=0),
        "delta2": np.mean([step.delta[1] for step in steps], axis=0),
        "unmasked": np.mean([np.outer(x, step.upstream[0]) for x, step in zip(inputs, steps, strict=True)], axis=0),
        "last": np.outer(inputs[-1], steps[-1].delta[0]),
        "early": np.mean(
            [
                np.outer(x, ((weights[1] - 0.1 * step.gradient[1]) @ step.delta[1]) * step.mask[0])
                for x, step in zip(inputs, steps, strict=True)
            ],
            axis=0,
        ),
    }
    return wrong, right, parts


def test_each_mistake_is_the_one_that_its_name_says() -> None:
    """8 weights and 4 biases lead to the hidden units, 4 weights and 1 bias to the output: 8, 4, then 4, 1."""
    wrong, right, parts = gradients("mask-forgotten")
    np.testing.assert_allclose(wrong[:8], parts["unmasked"].ravel())
    np.testing.assert_allclose(wrong[8:12], right[8:12])
    wrong, right, parts = gradients("updated-too-early")
    np.testing.assert_allclose(wrong[:8], parts["early"].ravel())
    np.testing.assert_allclose(wrong[8:12], right[8:12])
    wrong, right, _ = gradients("wrong-sign")
    np.testing.assert_allclose(wrong, -right)
    wrong, right, parts = gradients("input-forgotten")
    np.testing.assert_allclose(wrong[:8].reshape(2, 4), np.tile(parts["delta1"], (2, 1)))
    np.testing.assert_allclose(wrong[8:12], np.repeat(parts["delta2"], 4))
    np.testing.assert_allclose(wrong[12:], right[12:])
    wrong, right, parts = gradients("last-sample-only")
    np.testing.assert_allclose(wrong[:8], parts["last"].ravel())
    wrong, right, _ = gradients("bias-ignored")
    np.testing.assert_allclose(wrong[:12], right[:12])
    assert not wrong[12:].any()
    assert right[12:].any()


@pytest.mark.parametrize("name", BUGS)
def test_the_gradient_check_finds_each(name: str) -> None:
    experiment = load_experiment("xor", Overrides(batch="full"))
    assert check_gradient(experiment, gradient=backprop_gradient).passed
    assert not check_gradient(experiment, gradient=buggy_gradient(name)).passed


def test_a_check_with_a_bug_fails_on_the_command_line() -> None:
    done = program("check", "dead-relu", "--bug", "mask-forgotten")
    assert done.returncode == 1
    assert "gradient check FAILED" in done.stdout
    assert program("check", "dead-relu").returncode == 0


def test_a_bug_that_makes_no_difference_at_first_is_found_where_it_does() -> None:
    """In the article's first epoch h2 shuts, as its printed run shows; it has no biases to ignore."""
    later = program("check", "article", "--bug", "mask-forgotten")
    assert later.returncode == 1
    assert later.stdout.startswith("mask-forgotten makes no difference at the start; after epoch 1 it does:\n")
    assert "→h2]" in later.stdout.splitlines()[1]
    never = program("check", "article", "--bug", "bias-ignored")
    assert never.returncode == 0
    assert never.stdout.startswith("bias-ignored makes no difference here")


def test_no_other_bug_is_taken() -> None:
    assert_refused(program("check", "dead-relu", "--bug", "typo"), "no bug 'typo'", "mask-forgotten")


def test_nothing_that_trains_knows_of_the_bugs() -> None:
    import tui_backprop

    folder = next(iter(tui_backprop.__path__))
    found = subprocess.run(
        ["grep", "-rl", "diagnostics.bugs", folder, "--include=*.py"], capture_output=True, text=True
    )
    names = {line.rsplit("tui_backprop/", 1)[1] for line in found.stdout.split()}
    assert names == {
        "cli/check.py", "core/diagnostics/mistakes.py", "core/diagnostics/worked.py",
        "lessons/gradients.py", "lessons/questions.py", "lessons/reader.py",
    }  # fmt: skip


def test_two_mistakes_at_once_make_both_differences_and_none_makes_none() -> None:
    both, right, _ = gradients("input-forgotten + bias-ignored")
    single, _, _ = gradients("input-forgotten")
    np.testing.assert_allclose(both[:12], single[:12])
    assert not both[12:].any()
    none, right, _ = gradients("none")
    np.testing.assert_allclose(none, right)
