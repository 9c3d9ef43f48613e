"""The word in the header, for networks made so that one thing is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from tui_backprop import Timeline, load_experiment
from tui_backprop.core.diagnostics.verdict import Verdict, verdict


def of(hidden: str, weights: list[Any], inputs: list[list[float]], biases: list[Any] | None = None, **more: Any) -> Any:
    """A moment at the start of a network with these parameters, or, with `step`, after that step."""
    step = more.pop("step", 0)
    network: dict[str, Any] = {
        "layers": [len(weights[0]), *(len(w[0]) for w in weights)],
        "hidden": hidden,
        "output": more.pop("output", "linear"),
        "weights": weights,
    }
    if biases is not None:
        network |= {"bias": True, "biases": biases}
    targets = more.pop("targets", [float(i % 2) for i in range(len(inputs))])
    data = {"inputs": inputs, "targets": [[target] for target in targets]}
    timeline = Timeline(load_experiment({"network": network, "training": {"rate": 0.1, **more}, "data": data}))
    return timeline.go(step)


SIDES = [[1.0], [-1.0]]
OUT_OF_REACH = Verdict("targets out of reach")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (lambda: of("tanh", [[[1.0]], [[1.0]]], SIDES, output="relu", targets=[-1.0, 1.0]), OUT_OF_REACH),
        (lambda: of("tanh", [[[1.0]], [[1.0]]], SIDES, output="softmax"), OUT_OF_REACH),
        (lambda: of("relu", [[[1.0, 1.0]], [[1.0], [1.0]]], SIDES, [[0.0, -5.0], [0.0]]), Verdict("1 dead", "gates")),
        (
            lambda: of("relu", [[[1.0, 1.0]], [[1.0], [1.0]]], SIDES, [[5.0, 5.0], [0.0]], rate=1e-4, step=2),
            Verdict("linear now", "collapse"),
        ),
        (lambda: of("linear", [[[1.0, -1.0]], [[1.0], [1.0]]], SIDES, step=2), Verdict("linear now", "collapse")),
        (lambda: of("tanh", [[[9.0, 0.1]], [[1.0], [1.0]]], SIDES), None),  # half of the answers, not more
        (lambda: of("tanh", [[[9.0, 9.0]], [[1.0], [1.0]]], SIDES), Verdict("100 % saturated", "gates")),
        (
            lambda: of("relu", [[[1.0, -1.0]], [[1.0], [1.0]]], [[200.0], [-100.0]]),
            Verdict("inputs not scaled", "gates"),
        ),
        (lambda: of("relu", [[[1.0, -1.0]], [[1.0], [1.0]]], SIDES), None),
        (lambda: of("linear", [[[3.0]], [[3.0]]], [[3.0], [-3.0]], rate=0.5, step=40), Verdict("not finite", "health")),
        (lambda: of("linear", [[[1.0]]], [[2.0], [-1.0]], rate=1.4, step=8), Verdict("error diverges", "health")),
        (
            lambda: of("sigmoid", [[[2.0]], [[0.001]], [[0.001]], [[2.0]]], SIDES, step=1),
            Verdict("gradient vanishes", "health"),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_the_view_that_shows_it(moment: Any, expected: Verdict | None) -> None:
    assert verdict(moment()) == expected


def test_nothing_is_wrong_with_the_article() -> None:
    timeline = Timeline(load_experiment("article"))
    assert [verdict(timeline.go(step)) for step in (0, 3, 100, 592)] == [None] * 4


def test_an_edit_is_judged_at_once() -> None:
    timeline = Timeline(load_experiment("article"))
    timeline.go(3)
    for unit in range(4):
        for row in range(3):
            timeline.edit("weight", (1, row, unit), -1.0)
    assert verdict(timeline.moment) == Verdict("4 dead", "gates")
