"""The article's own run, and its network from other weights, digit for digit."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.runs import run
from tests.transcription import ARTICLE_INPUTS, ARTICLE_TARGETS, Rules, article_epochs, article_start, plain_step
from tui_backprop import Timeline, Trainer, load_experiment
from tui_backprop.experiments import Overrides

RUN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data" / "article-run.json").read_text("utf-8"))


@cache
def seed_run(seed: int) -> tuple[int | None, list[float]]:
    """The transcription's run from a seed: the epoch with error 0 within 1,000 epochs, and all errors."""
    errors: list[float] = []
    for error, _, _ in islice(article_epochs(*article_start(seed)), 1000):
        errors.append(error)
        if error == 0.0:
            return len(errors), errors
    return None, errors


def test_the_error_is_exactly_0_in_epoch_148_for_the_first_time() -> None:
    errors = run(load_experiment("article"), 1000).errors
    assert len(errors) == len(RUN["errors"]) == 148
    assert errors[-1] == 0.0
    assert 0.0 not in errors[:-1]


def test_every_epoch_has_the_articles_error() -> None:
    assert run(load_experiment("article"), 1000).errors == pytest.approx(RUN["errors"], rel=0, abs=1e-9)


@pytest.mark.parametrize("epoch", [1, 2, 147, 148])
def test_the_weights_are_those_that_the_article_prints(epoch: int) -> None:
    moment = Timeline(load_experiment("article")).go(step=4 * epoch)
    printed = RUN["printed"][str(epoch)]
    for ours, theirs in zip(moment.parameters.weights, (printed["W1"], printed["W2"]), strict=True):
        assert [[f"{w:.8f}" for w in row] for row in ours] == [[f"{w:.8f}" for w in row] for row in theirs]
    assert moment.errors[epoch - 1] == pytest.approx(printed["error"], rel=0, abs=1e-9)


def test_the_run_has_the_bits_of_plain_python() -> None:
    rules = Rules(("relu", "linear"), round=1)
    weights = [RUN["network"]["W1"], RUN["network"]["W2"]]
    trainer = Trainer(load_experiment("article"))
    state = trainer.start()
    for step in range(4 * 148):
        x, y = ARTICLE_INPUTS[step % 4].tolist(), ARTICLE_TARGETS[step % 4].tolist()
        error, weights, _ = plain_step(rules, weights, [], x, y, 0.1)
        passage, state = trainer.record(state)
        assert float(passage.error) == error
        assert [w.tolist() for w in state.parameters.weights] == weights


@pytest.mark.parametrize("seed", range(50))
def test_a_random_start_takes_as_many_epochs_as_the_transcription(seed: int) -> None:
    expected, errors = seed_run(seed)
    ours = run(load_experiment("article-random", Overrides(seed=seed)), 1000)
    assert ours.converged == expected
    assert ours.errors == pytest.approx(errors, rel=0, abs=1e-9)


def test_initial_weights_are_those_of_numpys_global_generator() -> None:
    for seed in (0, 1, 7, 2**32 - 1):
        first, second = article_start(seed)
        ours = load_experiment("article-random", Overrides(seed=seed)).initial
        assert np.array_equal(ours.weights[0], first)
        assert np.array_equal(ours.weights[1], second)


def test_of_a_thousand_random_starts_782_converge() -> None:
    ends = [run(load_experiment("article-random", Overrides(seed=seed)), 461).converged for seed in range(1000)]
    epochs = np.array([end for end in ends if end is not None])
    assert len(epochs) == 782
    assert (epochs.min(), epochs.max()) == (75, 460)
    assert np.percentile(epochs, [25, 50, 75]) == pytest.approx([133, 200, 286], abs=0.5)
    assert np.mean(epochs < 374) == pytest.approx(0.95, abs=0.002)
    assert [seed for seed in (0, 1, 2, 13, 14, 15, 17) if ends[seed] is None] == [13, 14, 15, 17]


@pytest.mark.parametrize("seed", [1124, 1423, 1689])
def test_these_random_starts_take_148_epochs_too(seed: int) -> None:
    assert run(load_experiment("article-random", Overrides(seed=seed)), 600).converged == 148
