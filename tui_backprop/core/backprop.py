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

from functools import cached_property, partial
from typing import NamedTuple

import numpy as np

from tui_backprop.core.activations import ACTIVATIONS, Shares
from tui_backprop.core.arrays import Array, zeros
from tui_backprop.core.experiment import Training
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.network import Network
from tui_backprop.core.passes import Frame, gradient_program
from tui_backprop.core.products import Program, attributed, outer, weighted_sum

SMALL = 600
"""Parameters times samples of a batch up to which sums are taken in order and steps are written out."""
PIECE = 2**12
"""As many numbers as stay in the processor's cache while they are used."""


def adds_in_order(network: Network, training: Training, batch: int) -> bool:
    """Whether sums over `batch` samples are taken in order: always over one, and in small networks."""
    return batch == 1 or network.size * training.batch <= SMALL


class Piece(NamedTuple):
    """The gradient of the parameters from number `start` on, which `program` writes to `flat`."""

    start: int
    flat: Array
    program: Program


class Backprop:
    """The passes of one network over `batch` samples at a time, in buffers that are reused.

    `parameters` is a flat array that the caller fills and may change between passes; `frame` holds the intermediates
    of the latest pass, and `pieces` give its gradient. The equations are laid out once as programs of NumPy calls.
    Overflow is not an error here: run passes under `np.errstate`.

    With `networks`, that many of one shape are computed at once: `parameters`, all of `frame` and the gradient have
    an axis over them in front. Sums by matrix products need each network's numbers side by side in memory; ordered
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
        """Fills `frame`, `wholly` or as training needs, for `inputs` (batch, units[0]), `targets` (batch, units[L])."""
        np.copyto(self.frame.inputs, inputs)
        np.copyto(self.frame.targets, targets)
        self._run(wholly)

    def run_rows(self, rows: Array, wholly: bool) -> None:
        """Like `run`, for inputs and targets side by side: (batch, units[0] + units[L])."""
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
