"""What a pass leaves: every intermediate value, of one sample or of a mini-batch, and the gradients."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS
from tui_backprop.core.arrays import Array, frozen
from tui_backprop.core.network import Network, Parameters
from tui_backprop.core.products import Program, averaged


class Frame:
    """Named views on one flat array that holds every intermediate of a pass of `batch` samples.

    Per layer, layer 1 first: `z`, `a`, `upstream`, `mask`, `delta`, each (batch, units); where a layer is linear
    `a` is `z`, and δ is `upstream`. Of the output: `prediction` (batch, units[L]) and the reported `error`
    (batch, 1). `rows` are the samples, `inputs` (batch, units[0]) before `targets` (batch, units[L]). Gradients follow
    from these.
    A `flat` with an axis in front, over many networks, gives views with that axis in front.
    """

    def __init__(self, network: Network, batch: int, flat: Array | None = None) -> None:
        units = network.units[1:]
        self.flat = np.ones(self.size_of(network, batch)) if flat is None else flat  # 1: the mask of a linear layer
        start = 0

        def take(width: int) -> Array:
            nonlocal start
            view = self.flat[..., start : start + batch * width].reshape(*self.flat.shape[:-1], batch, width)
            start += batch * width
            return view

        self.rows = take(network.units[0] + units[-1])
        self.inputs, self.targets = self.rows[..., : network.units[0]], self.rows[..., network.units[0] :]
        self.z, self.mask, self.upstream = (tuple(take(n) for n in units) for _ in range(3))
        linear = tuple(ACTIVATIONS[name].linear for name in network.activations)
        self.a = tuple(z if same else take(n) for same, z, n in zip(linear, self.z, units, strict=True))
        self.delta = tuple(u if same else take(n) for same, u, n in zip(linear, self.upstream, units, strict=True))
        self.prediction = take(units[-1])
        self.error = take(1)

    def activation(self, layer: int) -> Array:
        """a[layer] (batch, units); layer 0 is the input."""
        return self.a[layer - 1] if layer else self.inputs

    @staticmethod
    def size_of(network: Network, batch: int) -> int:
        """How many numbers it holds."""
        units = network.units[1:]
        linear = sum(n for n, name in zip(units, network.activations, strict=True) if ACTIVATIONS[name].linear)
        return batch * (network.units[0] + 5 * sum(units) - 2 * linear + 2 * units[-1] + 1)


def gradient_program(network: Network, frame: Frame, flat: Array, ordered: bool) -> Program:
    """`flat` (…, size) = ∂E of all parameters, from the values in a frame."""
    program = Program()
    weights, biases = network.weights(flat), network.biases(flat)
    for layer, below in enumerate((frame.inputs, *frame.a[:-1])):  # ∂E/∂W = a ⊗ δ, ∂E/∂b = δ
        program += averaged(below, frame.delta[layer], weights[layer], biases[layer] if biases else None, ordered)
    return program


@dataclass(eq=False)  # making a frozen one takes as long as a step, and this is never changed
class Pass:
    """Every intermediate value of the pass of one step, read-only.

    Lists go by layer, layer 1 first. For a single sample the arrays have one entry per unit; for a mini-batch they
    have a leading axis over its samples, and the gradients are averages. `values` are the doubles of a `Frame`, from
    which gradients are computed on demand, with `ordered` sums or not. The gradients of one sample `of` a mini-batch
    are the mini-batch's.
    """

    network: Network
    batch: int
    values: bytes
    ordered: bool = True
    of: Pass | None = None

    def __repr__(self) -> str:
        return f"Pass({self.network.shape}, {self.batch} sample{'s' * (self.batch != 1)})"

    @cached_property
    def _frame(self) -> Frame:
        return Frame(self.network, self.batch, np.frombuffer(self.values))

    @cached_property
    def gradients(self) -> Parameters:
        """∂E of every parameter, laid out as they are."""
        if self.of is not None:
            return self.of.gradients
        flat = np.empty(self.network.size)
        with np.errstate(all="ignore"):
            for call in gradient_program(self.network, self._frame, flat, self.ordered):
                call()
        return Parameters(self.network, frozen(flat))

    def _squeeze(self, array: Array) -> Array:
        return array[0] if self.batch == 1 else array

    @property
    def input(self) -> Array:
        """x"""
        return self._squeeze(self._frame.inputs)

    @property
    def target(self) -> Array:
        """y"""
        return self._squeeze(self._frame.targets)

    @cached_property
    def z(self) -> tuple[Array, ...]:
        """Weighted sums z[1]…z[L]."""
        return tuple(self._squeeze(z) for z in self._frame.z)

    @cached_property
    def a(self) -> tuple[Array, ...]:
        """Activations a[1]…a[L]."""
        return tuple(self._squeeze(a) for a in self._frame.a)

    def activation(self, layer: int) -> Array:
        """a[layer]; layer 0 is the input."""
        return self.a[layer - 1] if layer else self.input

    @property
    def raw(self) -> Array:
        """The prediction before rounding, a[L]."""
        return self.a[-1]

    @property
    def prediction(self) -> Array:
        """ŷ, rounded where the experiment says so."""
        return self._squeeze(self._frame.prediction)

    @property
    def error(self) -> Array:
        """The reported error: one number, or one per sample of a mini-batch."""
        return self._squeeze(self._frame.error[:, 0])

    @cached_property
    def upstream(self) -> tuple[Array, ...]:
        """Error arriving at hidden layers 1…L−1 from above, before their masks."""
        return tuple(self._squeeze(upstream) for upstream in self._frame.upstream[:-1])

    @cached_property
    def mask(self) -> tuple[Array, ...]:
        """Local gradients f′(z) of layers 1…L."""
        return tuple(self._squeeze(mask) for mask in self._frame.mask)

    @cached_property
    def delta(self) -> tuple[Array, ...]:
        """Errors δ at the weighted sums of layers 1…L."""
        return tuple(self._squeeze(delta) for delta in self._frame.delta)

    @property
    def gradient(self) -> tuple[Array, ...]:
        """∂E/∂W of layers 1…L, each (fan_in, fan_out)."""
        return self.gradients.weights

    @property
    def bias_gradient(self) -> tuple[Array, ...]:
        """∂E/∂b of layers 1…L, each (fan_out,); empty where units have no bias."""
        return self.gradients.biases

    def sample(self, row: int) -> Pass:
        """The pass of one sample of a mini-batch; its gradients stay those of the whole batch."""
        if self.batch == 1:
            return self
        whole, part = self._frame, Frame(self.network, 1)
        for name in ("z", "a", "upstream", "mask", "delta"):
            for target, source in zip(getattr(part, name), getattr(whole, name), strict=True):
                target[0] = source[row]
        for name in ("inputs", "targets", "prediction", "error"):
            getattr(part, name)[0] = getattr(whole, name)[row]
        return Pass(self.network, 1, part.flat.tobytes(), of=self)
