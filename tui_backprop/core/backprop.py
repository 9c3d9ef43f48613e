"""One pass of samples, forwards and backwards, with every intermediate kept.

The equations, for layers l = 1…L with a[0] = x (Rumelhart, Hinton, Williams, "Learning representations by
back-propagating errors", 1986; written as in Nielsen, "Neural networks and deep learning", chapter 2):

    z[l] = a[l-1]·W[l] + b[l]            upstream[l] = W[l+1]·δ[l+1]
    a[l] = f(z[l])                       mask[l]     = f′(z[l])
    ŷ    = a[L], rounded                 δ[l]        = upstream[l] × mask[l],  upstream[L] = ∂E/∂ŷ
    E    = loss(ŷ, y)                    ∂E/∂W[l]    = a[l-1] ⊗ δ[l],          ∂E/∂b[l] = δ[l]

A rounded prediction enters E and δ[L] as rounded; the rounding itself counts as the identity. A cross-entropy is
taken from z[L], which no rounding of a probability reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, Shares
from tui_backprop.core.arrays import Array, frozen, zeros
from tui_backprop.core.experiment import Training
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.network import Network, Parameters
from tui_backprop.core.products import Program, Times, attributed, averaged, outer, times_in_order, weighted_sum

SMALL = 600
"""Parameters times samples of a batch up to which sums are taken in order and steps are written out."""
PIECE = 2**12
"""As many numbers as stay in the processor's cache while they are used."""


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


def adds_in_order(network: Network, training: Training, batch: int) -> bool:
    """Whether sums over `batch` samples are taken in order: always over one, and in small networks."""
    return batch == 1 or network.size * training.batch <= SMALL


class Piece(NamedTuple):
    """The gradient of the parameters from number `start` on, which `program` writes to `flat`."""

    start: int
    flat: Array
    program: Program


def gradient_program(network: Network, frame: Frame, flat: Array, ordered: bool) -> Program:
    """`flat` (…, size) = ∂E of all parameters, from the values in a frame."""
    program = Program()
    weights, biases = network.weights(flat), network.biases(flat)
    for layer, below in enumerate((frame.inputs, *frame.a[:-1])):  # ∂E/∂W = a ⊗ δ, ∂E/∂b = δ
        program += averaged(below, frame.delta[layer], weights[layer], biases[layer] if biases else None, ordered)
    return program


class Backprop:
    """The passes of one network over `batch` samples at a time, in buffers that are reused.

    `parameters` is a flat array that the caller fills and may change between passes; `frame` holds the intermediates
    of the latest pass, and `pieces` give its gradient. The equations are laid out once as programs of NumPy calls.
    Overflow is not an error here: run passes under `np.errstate`.

    With `networks`, so many of the same shape go through at once: `parameters`, all of `frame` and the gradient have
    an axis over them in front. Sums by matrix products need each network's numbers side by side in memory, ordered
    sums do not.
    """

    def __init__(self, network: Network, training: Training, batch: int = 1, networks: int | None = None) -> None:
        self.batch, self._network, self._networks = batch, network, networks
        self.ordered, self._innermost = (
            adds_in_order(network, training, batch),
            adds_in_order(network, training, training.batch),
        )
        self.parameters = self._zeros(network.size)
        self.frame = Frame(network, batch, self._zeros(Frame.size_of(network, batch)))
        self.frame.flat.fill(1.0)  # the mask of a linear layer
        self._prediction = self.frame.a[-1] if training.round is None else self.frame.prediction
        self._aside = Program()
        output = network.output
        self._shares = Shares() if output.sharing and reported(training).requires == output.name else None
        self._forward = self._forward_program(network, training)
        self._program = self._forward + self._error_program(network, training) + self._backward_program(network)
        self._loss = LOSSES[training.loss]

    def run(self, inputs: Array, targets: Array, wholly: bool = True) -> None:
        """Both ways: `inputs` (batch, units[0]), `targets` (batch, units[L]) → `frame`, or only what training needs."""
        np.copyto(self.frame.inputs, inputs)
        np.copyto(self.frame.targets, targets)
        self._run(wholly)

    def run_rows(self, rows: Array, wholly: bool = True) -> None:
        """Runs samples, inputs and targets side by side, (batch, units[0] + units[L])."""
        np.copyto(self.frame.rows, rows)
        self._run(wholly)

    def _run(self, wholly: bool) -> None:
        for call in self._program:
            call()
        if wholly:
            for call in self._aside:
                call()

    def losses(self, inputs: Array, targets: Array) -> Array:
        """A forward pass only, and its loss (batch,), whatever is reported."""
        np.copyto(self.frame.inputs, inputs)
        for call in self._forward:
            call()
        return self._loss.of(self.frame.z[-1], self._prediction, targets)

    def gradient(self) -> Array:
        """∂E of all parameters, (size,) or (networks, size), after the latest pass."""
        flat = self._zeros(self._network.size)
        for call in gradient_program(self._network, self.frame, flat, self.ordered):
            call()
        return flat

    @cached_property
    def pieces(self) -> list[Piece]:
        """The gradient's program in parts that stay in the processor's cache from their computation to their use."""
        network, frame, ordered = self._network, self.frame, self.ordered
        if network.size <= PIECE or self._networks is not None or self.batch > 1:
            flat = self._zeros(network.size)
            return [Piece(0, flat, gradient_program(network, frame, flat, ordered))]
        pieces, start = list[Piece](), 0
        shared, flat = np.empty(max(PIECE, *network.units)), np.empty(network.size)
        for below, delta in zip((frame.inputs, *frame.a[:-1]), frame.delta, strict=True):
            rows = max(1, PIECE // delta.shape[1])
            for first in range(0, below.shape[1], rows):
                part = below[:, first : first + rows]
                gradient = shared[: part.size * delta.size]
                pieces.append(Piece(start, gradient, outer(part, delta, gradient.reshape(-1, delta.size))))
                start += gradient.size
        if biases := network.biases(flat):
            copies: Program = [partial(np.copyto, bias, d[0]) for bias, d in zip(biases, frame.delta, strict=True)]
            pieces.append(Piece(start, flat[start:], copies))
        return pieces

    def _zeros(self, size: int) -> Array:
        return zeros(size, self._networks, self._innermost)

    def _forward_program(self, network: Network, training: Training) -> Program:
        frame, program = self.frame, Program()
        weights, biases = network.weights(self.parameters), network.biases(self.parameters)
        below = frame.inputs
        for layer, name in enumerate(network.activations):
            z, a, sharing = frame.z[layer], frame.a[layer], ACTIVATIONS[name].sharing
            program += weighted_sum(below, weights[layer], z, self.ordered)  # z = a·W
            if biases:
                program.append(partial(np.add, z, biases[layer][..., None, :], z))  # + b
            if a is z:
                pass
            elif sharing is not None and self._shares is not None:
                program.append(partial(sharing, z, a, self._shares))
            else:
                program.append(partial(ACTIVATIONS[name].apply, z, a))  # a = f(z)
            below = a
        if training.round is None:
            self._aside.append(partial(np.copyto, frame.prediction, below))
            return program
        return program + rounded(below, training.round, frame.prediction)  # ŷ

    def _error_program(self, network: Network, training: Training) -> Program:
        frame, loss = self.frame, LOSSES[training.loss]
        prediction, target = self._prediction, frame.targets
        direct = loss.canonical == network.activations[-1]
        difference = frame.delta[-1] if direct else np.empty_like(prediction)
        program: Program = [partial(np.subtract, prediction, target, difference)]  # ŷ − y, perhaps δ[L]
        program += reported(training).into(frame.z[-1], prediction, target, difference, frame.error, self._shares)
        if direct:
            self._aside += self._mask_program(network, -1)
            return program
        program.append(partial(loss.gradient, prediction, target, frame.upstream[-1]))  # ∂E/∂ŷ
        return program + self._mask_program(network, -1) + self._delta_program(network, -1)

    def _backward_program(self, network: Network) -> Program:
        frame, program = self.frame, Program()
        weights = network.weights(self.parameters)
        for layer in reversed(range(network.depth - 1)):
            program += attributed(frame.delta[layer + 1], weights[layer + 1], frame.upstream[layer], self.ordered)
            program += self._mask_program(network, layer)
            program += self._delta_program(network, layer)
        return program

    def _mask_program(self, network: Network, layer: int) -> Program:
        frame, activation = self.frame, ACTIVATIONS[network.activations[layer]]
        if frame.a[layer] is frame.z[layer]:
            return []  # linear: the mask is 1 from the start
        return [partial(activation.derivative, frame.z[layer], frame.a[layer], frame.mask[layer])]  # mask = f′(z)

    def _delta_program(self, network: Network, layer: int) -> Program:
        frame, activation = self.frame, ACTIVATIONS[network.activations[layer]]
        if frame.delta[layer] is frame.upstream[layer]:
            return []
        upstream, mask, a, delta = frame.upstream[layer], frame.mask[layer], frame.a[layer], frame.delta[layer]
        return [partial(activation.delta, upstream, mask, a, delta)]  # δ = upstream × mask


def rounded(raw: Array, decimals: int | None, out: Array) -> Program:
    """out = raw, rounded half to even as by `numpy.round`; `None` decimals round nothing."""
    if decimals is None:
        return [partial(np.copyto, out, raw)]
    scale = np.array(10.0**decimals)
    return [partial(np.multiply, raw, scale, out), partial(np.rint, out, out), partial(np.divide, out, scale, out)]


@dataclass(eq=False)  # to make a frozen one takes as long as the step, and it is never changed
class Pass:
    """Every intermediate value of one step, read-only.

    Lists go by layer, layer 1 first. For a single sample the arrays have one entry per unit; for a mini-batch they
    have a leading axis over its samples, and the gradients are averages. `flat` are the values of a `Frame`; gradients
    are computed from them, in the `ordered` way or not, on demand. Those of one sample `of` a mini-batch are
    the mini-batch's.
    """

    network: Network
    batch: int
    flat: Array
    ordered: bool = True
    of: Pass | None = None

    def __repr__(self) -> str:
        return f"Pass({self.network.shape}, {self.batch} sample{'s' * (self.batch != 1)})"

    @cached_property
    def _frame(self) -> Frame:
        return Frame(self.network, self.batch, self.flat)

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
        return Pass(self.network, 1, frozen(part.flat), of=self)


class Evaluation(NamedTuple):
    """The outputs of fixed parameters for samples: `raw` and `prediction` (samples, units[L]), `error` (samples,).

    Of many networks, `Parameters` of a flat array (networks, size), all three have an axis over these in front.
    """

    raw: Array
    prediction: Array
    error: Array


def sums(parameters: Parameters, layer: int, below: Array, times: Times = times_in_order) -> Array:
    """z[l] = a[l−1]·W[l] + b[l] of `below` (…, units[l−1])."""
    z = times(below, parameters.weights[layer - 1])
    if parameters.biases:
        bias = parameters.biases[layer - 1]
        z += bias if bias.ndim == 1 else bias[..., None, :]
    return z


def layers(parameters: Parameters, inputs: Array, times: Times = times_in_order) -> Iterator[tuple[Array, Array]]:
    """(z, a) of layers 1…L, each (samples, units); with the same bits as single-sample passes, unless by other `times`.

    Overflow is not an error here: run it under `np.errstate`.
    """
    a = inputs
    for layer, name in enumerate(parameters.network.activations, 1):
        z = sums(parameters, layer, a, times)
        a = ACTIVATIONS[name].of(z)
        yield z, a


def evaluate(parameters: Parameters, training: Training, inputs: Array, targets: Array) -> Evaluation:
    """A forward pass of all samples."""
    with np.errstate(all="ignore"):
        *_, (z, raw) = layers(parameters, inputs)
        prediction = raw if training.round is None else np.rint(raw * 10.0**training.round) / 10.0**training.round
        return Evaluation(raw, prediction, reported(training).of(z, prediction, targets))
