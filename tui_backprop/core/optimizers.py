"""How a gradient becomes new parameters: one class per optimiser holds all that the program knows about it.

Each has its rule twice: as `update` computes it, and as lines of text with the same terms. Another optimiser is
another class in `OPTIMIZERS`, and nothing else: inspector, sentences, sweep, script and set-up follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, NamedTuple

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import NumberRule, Training
from tui_backprop.reading.numerals import typeset

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as its authors recommend."""
_SMALL = typeset(str(EPSILON))
DECAY = 0.9
"""RMSProp's."""


@dataclass(eq=False)  # making a frozen one takes as long as a step, and this is never changed
class Memory:
    """What an optimiser remembers: `slots` (slots, parameters trained), read-only, after `age` updates."""

    slots: Array
    age: int = 0


class Slot(NamedTuple):
    """A value remembered for each parameter: its symbol in formulas, and its name in a script."""

    symbol: str
    name: str


class RuleLine(NamedTuple):
    """A line of a rule: `result = formula = numbers`.

    `result` is the symbol of a slot, `new`, or something in between, which `value` computes. In `formula` `{g}` stands
    for the symbol of the gradient and `{t}` for the number of updates. In `numbers` `{…}` are the numbers themselves:
    of `old`, `g`, `rate`, the settings, `constants`, slots as they were before, and results of earlier lines.
    """

    result: str
    formula: str
    numbers: str
    value: Callable[[Mapping[str, float]], float] | None = None


class UpdateMistake(NamedTuple):
    """A mistake with a rule: its name, what it leads to, and what to look at again.

    `new` computes the wrong parameter from what `RuleLine.value` knows of the right one, slots as they are after the
    update and, by the symbol with a 0 after it, before.
    """

    name: str
    says: str
    new: Callable[[Mapping[str, float]], float]


class Optimizer:
    """Moves parameters in place, given their gradient, one by one and all alike: arrays may have any shape.

    What it remembers of earlier gradients is not kept here but in `memory` (slots, …), which starts at 0,
    so that a step is a function of its arguments.
    """

    name: ClassVar[str]
    memory: ClassVar[tuple[Slot, ...]] = ()
    settings: ClassVar[tuple[NumberRule, ...]] = ()
    """Training settings, besides the rate, that it uses."""
    rule: ClassVar[tuple[RuleLine, ...]]
    mistakes: ClassVar[tuple[UpdateMistake, ...]] = ()
    """Classic mistakes with the rule; without the rate, or up the slope, is one with every rule."""
    script: ClassVar[tuple[str, ...]]
    """The update of a parameter `p` by `g` in a script, with slots by symbol; `{sqrt}` is the library's root."""
    aged: ClassVar[bool] = False
    """Whether it uses the number of the update, `age`."""
    plain: ClassVar[tuple[str, ...]] = ()
    """The update of a Python float `{p}` by `{g}`: with `{rate}`, slots by symbol, settings and constants by name."""
    straight: ClassVar[bool] = False
    """Whether the change is −rate × gradient and nothing else."""

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        """For parameters of this `shape`."""
        self.training = training

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`parameters`, `gradient` and each slot of `memory` have one shape; `age` updates were made before.

        The gradient's array may be overwritten.
        """
        raise NotImplementedError

    @staticmethod
    def constants(age: int, count: int = 1) -> dict[str, list[float]]:
        """Numbers in the rule that all parameters share, by name: for each of `count` updates after `age` updates."""
        return {}


def _plain_sgd(known: Mapping[str, float]) -> float:
    return known["old"] - known["rate"] * known["g"]


def _scaled(known: Mapping[str, float], change: float, square: float) -> float:
    """The old parameter less rate × change / √square."""
    return known["old"] - known["rate"] * change / (math.sqrt(square) + EPSILON)


class GradientDescent(Optimizer):
    """Plain SGD: W ← W − rate × g."""

    name = "sgd"
    rule = (RuleLine("new", "old − rate·{g}", "{old} − {rate}×{g}"),)
    script = ("p -= RATE * g",)
    plain = ("{p} -= {rate} * {g}",)
    straight = True

    def __init__(self, training: Training, shape: tuple[int, ...]) -> None:
        super().__init__(training, shape)
        self._rate = np.array(training.rate)

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """Needs no memory."""
        np.multiply(gradient, self._rate, gradient)
        np.subtract(parameters, gradient, parameters)


class Momentum(Optimizer):
    """v ← momentum × v + g, W ← W − rate × v (Polyak, "Some methods of speeding up the convergence", 1964)."""

    name = "momentum"
    memory = (Slot("v", "velocity"),)
    settings = ("momentum",)
    rule = (
        RuleLine("v", "momentum·v + {g}", "{momentum}×{v} + {g}"),
        RuleLine("new", "old − rate·v", "{old} − {rate}×{v}"),
    )
    mistakes = (
        UpdateMistake("momentum-forgotten", "The old velocity is missing: v = momentum·v + g.", _plain_sgd),
        UpdateMistake(
            "gradient-forgotten",
            "The gradient is missing from the velocity: v = momentum·v + g.",
            lambda k: k["old"] - k["rate"] * k["momentum"] * k["v0"],
        ),
        UpdateMistake(
            "factor",
            "Here v = momentum·v + g: the gradient has no factor 1 − momentum.",
            lambda k: k["old"] - k["rate"] * (k["v"] - k["momentum"] * k["g"]),
        ),
        UpdateMistake(
            "factor",
            "The old velocity is multiplied by momentum first.",
            lambda k: k["old"] - k["rate"] * (k["v0"] + k["g"]),
        ),
    )
    script = ("v *= MOMENTUM", "v += g", "p -= RATE * v")
    plain = ("{v} = {v} * {momentum} + {g}", "{p} -= {rate} * {v}")

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds the velocity v."""
        velocity = memory[0]
        velocity *= self.training.momentum
        velocity += gradient
        parameters -= self.training.rate * velocity


class RMSProp(Optimizer):
    """v ← decay × v + (1 − decay) × g², W ← W − rate × g / (√v + ε) (Hinton, "Neural networks", lecture 6e, 2012)."""

    name = "rmsprop"
    memory = (Slot("v", "square"),)
    rule = (
        RuleLine("v", f"{DECAY}·v + {1 - DECAY:.3g}·{{g}}²", f"{DECAY}×{{v}} + {1 - DECAY:.3g}×{{g}}²"),
        RuleLine("new", "old − rate·{g}/(√v + ε)", f"{{old}} − {{rate}}×{{g}}/(√{{v}} + {_SMALL})"),
    )
    mistakes = (
        UpdateMistake("root-forgotten", "Divide by the root of v.", lambda k: _scaled(k, k["g"], k["v"] * k["v"])),
        UpdateMistake("plain-sgd", "This is plain SGD: divide by √v.", _plain_sgd),
        UpdateMistake(
            "factor",
            f"The factors of v are swapped: v = {DECAY}·v + {1 - DECAY:.3g}·g².",
            lambda k: _scaled(k, k["g"], (1 - DECAY) * k["v0"] + DECAY * k["g"] * k["g"]),
        ),
    )
    script = (f"v *= {DECAY}", f"v += (1.0 - {DECAY}) * g * g", f"p -= RATE * g / ({{sqrt}}(v) + {EPSILON})")
    plain = (
        f"{{v}} = {{v}} * {DECAY} + {1.0 - DECAY!r} * {{g}} * {{g}}",
        f"{{p}} -= {{rate}} * {{g}} / (sqrt({{v}}) + {EPSILON})",
    )

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds v, the running mean of the gradient's square."""
        square = memory[0]
        square *= DECAY
        square += (1.0 - DECAY) * gradient * gradient
        parameters -= self.training.rate * gradient / (np.sqrt(square) + EPSILON)


class Adam(Optimizer):
    """Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1."""

    name = "adam"
    memory = (Slot("m", "mean"), Slot("v", "square"))
    rule = (
        RuleLine("m", f"{BETA1}·m + {1 - BETA1:.3g}·{{g}}", f"{BETA1}×{{m}} + {1 - BETA1:.3g}×{{g}}"),
        RuleLine("v", f"{BETA2}·v + {1 - BETA2:.3g}·{{g}}²", f"{BETA2}×{{v}} + {1 - BETA2:.3g}×{{g}}²"),
        RuleLine("m*", f"m/(1 − {BETA1}^{{t}})", "{m}/{part1}", lambda known: known["m"] / known["part1"]),
        RuleLine("v*", f"v/(1 − {BETA2}^{{t}})", "{v}/{part2}", lambda known: known["v"] / known["part2"]),
        RuleLine("new", "old − rate·m*/(√v* + ε)", f"{{old}} − {{rate}}×{{m*}}/(√{{v*}} + {_SMALL})"),
    )
    mistakes = (
        UpdateMistake(
            "correction-forgotten",
            f"Adam's correction is missing: divide m by 1 − {BETA1}ᵗ and v by 1 − {BETA2}ᵗ first.",
            lambda k: _scaled(k, k["m"], k["v"]),
        ),
        UpdateMistake(
            "correction-forgotten",
            f"v is not corrected: divide it by 1 − {BETA2}ᵗ first.",
            lambda k: _scaled(k, k["m*"], k["v"]),
        ),
        UpdateMistake(
            "correction-forgotten",
            f"m is not corrected: divide it by 1 − {BETA1}ᵗ first.",
            lambda k: _scaled(k, k["m"], k["v*"]),
        ),
        UpdateMistake("root-forgotten", "Divide by the root of v.", lambda k: _scaled(k, k["m*"], k["v*"] * k["v*"])),
        UpdateMistake(
            "momentum-forgotten",
            "This takes the gradient where its running mean m belongs.",
            lambda k: _scaled(k, k["g"], k["v*"]),
        ),
        UpdateMistake("plain-sgd", "This is plain SGD: Adam divides by √v.", _plain_sgd),
    )
    script = (
        f"m *= {BETA1}",
        f"m += (1.0 - {BETA1}) * g",
        f"v *= {BETA2}",
        f"v += (1.0 - {BETA2}) * g * g",
        f"m_hat, v_hat = m / (1.0 - {BETA1}**age), v / (1.0 - {BETA2}**age)",
        f"p -= RATE * m_hat / ({{sqrt}}(v_hat) + {EPSILON})",
    )
    plain = (
        f"{{m}} = {{m}} * {BETA1} + {1.0 - BETA1!r} * {{g}}",
        f"{{v}} = {{v}} * {BETA2} + {1.0 - BETA2!r} * {{g}} * {{g}}",
        f"{{p}} -= {{rate}} * ({{m}} / {{part1}}) / (sqrt({{v}} / {{part2}}) + {EPSILON})",
    )
    aged = True

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        """`memory` holds the running means m of the gradient and v of its square."""
        mean, square = memory
        (part1,), (part2,) = self.constants(age).values()
        mean *= BETA1
        mean += (1.0 - BETA1) * gradient
        square *= BETA2
        square += (1.0 - BETA2) * gradient * gradient
        mean_hat = mean / part1
        square_hat = square / part2
        parameters -= self.training.rate * mean_hat / (np.sqrt(square_hat) + EPSILON)

    @staticmethod
    def constants(age: int, count: int = 1) -> dict[str, list[float]]:
        """How much of the whole the means have seen so far."""
        return {"part1": _seen(BETA1, age, count), "part2": _seen(BETA2, age, count)}


def _seen(beta: float, age: int, count: int) -> list[float]:
    """1 − βᵗ for the `count` numbers t after `age`."""
    seen = _parts_seen(beta)[age + 1 : age + 1 + count]
    return seen + [1.0] * (count - len(seen))


@cache
def _parts_seen(beta: float) -> list[float]:
    """1 − βᵗ for t = 0, 1, … until it is 1; multiplied out, because C libraries differ in the last bit of a power."""
    power, parts = 1.0, [0.0]
    while parts[-1] < 1.0:
        power *= beta
        parts.append(1.0 - power)
    return parts


OPTIMIZERS: dict[str, type[Optimizer]] = {entry.name: entry for entry in (GradientDescent, Momentum, RMSProp, Adam)}
"""By name: called with (training, shape of the parameters) an optimiser."""


def all_settings() -> tuple[str, ...]:
    """The settings of all optimisers."""
    return tuple(dict.fromkeys(name for entry in OPTIMIZERS.values() for name in entry.settings))


def unused_settings(optimizer: str) -> set[str]:
    """Settings of other optimisers that this one does not use."""
    return set(all_settings()).difference(*(entry.settings for entry in OPTIMIZERS.values() if entry.name == optimizer))


def worked_out(
    training: Training, index: int, numbers: Mapping[str, float | None], before: Memory, after: Memory | None
) -> Iterator[tuple[RuleLine, dict[str, float | None], float | None]]:
    """The rule, line by line, for the parameter at `index`: the line, the numbers in it, and what it gives.

    `numbers` are `old`, the gradient `g` and `new`; what is not known yet is None. So is all that the lines give where
    there is no memory `after` the update.
    """
    entry = OPTIMIZERS[training.optimizer]
    slots = {slot.symbol: place for place, slot in enumerate(entry.memory)}
    known: dict[str, float | None] = {**numbers, "rate": training.rate}
    known |= {name: value for name, (value,) in entry.constants(before.age).items()}
    known |= {name: getattr(training, name) for name in entry.settings}
    known |= {symbol: float(before.slots[place, index]) for symbol, place in slots.items()}
    for line in entry.rule:
        result: float | None = None
        if after is not None and line.result in slots:
            result = float(after.slots[slots[line.result], index])
        elif after is not None and line.value is not None:
            result = line.value({name: value for name, value in known.items() if value is not None})
        elif line.result == "new":
            result = numbers["new"]
        yield line, dict(known), result
        known[line.result] = result


def mistaken_values(
    training: Training, index: int, numbers: Mapping[str, float], before: Memory, after: Memory
) -> Iterator[tuple[UpdateMistake, float]]:
    """What each mistake with the rule makes of the parameter at `index`; takes what `worked_out` does."""
    entry = OPTIMIZERS[training.optimizer]
    *_, (_, found, _) = worked_out(training, index, numbers, before, after)
    known = {name: value for name, value in found.items() if value is not None}
    known |= {f"{slot.symbol}0": float(before.slots[place, index]) for place, slot in enumerate(entry.memory)}
    for mistake in entry.mistakes:
        yield mistake, mistake.new(known)
