"""The arithmetic of optimisers and penalties: the numbers on the screen, recomputed from what stands before them."""

from __future__ import annotations

import math

import pytest

from tests.core.runs import article
from tui_backprop.core.parts import Weight
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.render.inspector import inspect
from tui_backprop.render.numbers import full
from tui_backprop.render.spans import plain

WEIGHT = Weight(2, 1, 0)


def text(timeline: Timeline) -> str:
    return " ".join(plain(inspect(timeline.moment, WEIGHT, 10_000).lines).split())


@pytest.mark.parametrize("step", [1, 2, 9])
def test_momentum(step: int) -> None:
    timeline = Timeline(article(optimizer="momentum", momentum=0.5))
    velocity = 0.0
    for number in range(1, step + 1):
        moment = timeline.go(number)
        gradient = float(moment.passage.gradient[1][1, 0])  # type: ignore[union-attr]
        was, velocity = velocity, 0.5 * velocity + gradient
    old, new = (float(p.weights[1][1, 0]) for p in (moment.before, moment.after))
    assert new == pytest.approx(old - 0.1 * velocity, abs=1e-15)
    shown = text(timeline)
    assert f"= 0.5×{bracketed(was)} + {bracketed(gradient)} = {full(velocity)}" in shown
    assert f"{full(old)} − 0.1×{bracketed(velocity)} = {full(new)}" in shown


def test_adam() -> None:
    timeline = Timeline(article(optimizer="adam"))
    m = v = 0.0
    for number in range(1, 4):
        moment = timeline.go(number)
        gradient = float(moment.passage.gradient[1][1, 0])  # type: ignore[union-attr]
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
    old, new = (float(p.weights[1][1, 0]) for p in (moment.before, moment.after))
    expected = old - 0.1 * (m / (1 - 0.9**3)) / (math.sqrt(v / (1 - 0.999**3)) + 1e-8)
    assert new == pytest.approx(expected, abs=1e-14)
    shown = text(timeline)
    assert "m* = m/(1 − 0.9^3)" in shown
    assert shown.endswith(f"= {full(new)}")


def test_rmsprop() -> None:
    timeline = Timeline(article(optimizer="rmsprop", rate=0.01))
    moment = timeline.go(1)
    gradient = float(moment.passage.gradient[1][1, 0])  # type: ignore[union-attr]
    old, new = (float(p.weights[1][1, 0]) for p in (moment.before, moment.after))
    assert new == pytest.approx(old - 0.01 * gradient / (math.sqrt(0.1 * gradient**2) + 1e-8), abs=1e-14)
    assert f"v = 0.9·v + 0.1·gradient² = 0.9×0 + 0.1×{bracketed(gradient)}² = " in text(timeline)
    assert text(timeline).endswith(f"= {full(new)}")


def test_a_price_on_weights_is_a_term_of_its_own() -> None:
    timeline = Timeline(article(l1=0.25, l2=0.5))
    moment = timeline.go(1)
    old, new = (float(p.weights[1][1, 0]) for p in (moment.before, moment.after))
    gradient = float(moment.passage.gradient[1][1, 0])  # type: ignore[union-attr]
    total = gradient + (0.25 * math.copysign(1, old) + 0.5 * old)
    assert new == pytest.approx(old - 0.1 * total, abs=1e-15)
    assert f"g = gradient + l1·sign(w) + l2·w = {full(gradient)} + 0.25×1 + 0.5×{full(old)} = " in text(timeline)
    assert "new = old − rate·g = " in text(timeline)


def test_before_it_is_computed_nothing_is_shown() -> None:
    timeline = Timeline(article(optimizer="adam", l2=0.5))
    timeline.go(1, "gradient")
    assert text(timeline).endswith("= ·")
    assert "/(√· + 1e−8) = ·" in text(timeline)


def bracketed(value: float) -> str:
    return f"({full(value)})" if value < 0 else full(value)


def test_in_a_mini_batch_every_sample_has_its_share() -> None:
    timeline = Timeline(article(batch=2))
    passage = timeline.go(1).passage
    assert passage is not None
    shares = [(float(a), float(d)) for a, d in zip(passage.a[0][:, 1], passage.delta[1][:, 0], strict=True)]
    mean = sum(a * d for a, d in shares) / 2
    assert mean == pytest.approx(float(passage.gradient[1][1, 0]), abs=1e-15)
    terms = " + ".join(f"{full(a)}×{bracketed(d)}" for a, d in shares)
    assert f"mean of ∂E/∂W = a(h2)·δ(y) = ({terms})/2 = {full(float(passage.gradient[1][1, 0]))}" in text(timeline)
    timeline.go(1, "mask1")
    assert "(·×· + ·×·)/2 = ·" in text(timeline)
