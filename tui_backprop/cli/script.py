"""An experiment as a short Python program of its own, for NumPy or PyTorch: the same training, to read and keep.

Whatever comes from a file is written as a literal or as a comment of one printable line: it cannot become code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tui_backprop.cli.experiment import experiment_to_run
from tui_backprop.core.activations import ACTIVATIONS, Activation
from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import ALL_RIGHT, Experiment
from tui_backprop.core.goal import has_classes, middle, threshold
from tui_backprop.core.initialisers import INITIALISERS, initialise
from tui_backprop.core.losses import LOSSES, reported
from tui_backprop.core.network import BiasMode
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.penalty import penalised
from tui_backprop.errors import BackpropError, one_line
from tui_backprop.reading.disk import output

MOST_NUMBERS = 1_000_000
"""The most numbers (samples and weights) that are written out."""


def run(options: argparse.Namespace) -> int:
    """The command; returns the exit code."""
    text = script(experiment_to_run(options), options.epochs, options.format)
    with output(options.out) as file:
        file.write(text)
    return 0


def script(experiment: Experiment, epochs: int, form: str) -> str:
    """The program's text; it trains for at most `epochs` epochs, and prints each one's error.

    When it has run, `weights` and `biases` hold the result. Raises `BackpropError` if there are too many samples.
    """
    data = experiment.data
    numbers = data.table.size + (0 if data.test is None else data.test.table.size) + experiment.initial.flat.size
    if numbers > MOST_NUMBERS:
        raise BackpropError(
            f"{numbers:,} numbers are too many for a script", f"at most {MOST_NUMBERS:,}: fewer samples"
        )
    dialect = _NUMPY if form == "numpy" else _TORCH
    parts = [
        _head(experiment, dialect),
        *(text for text in _functions(experiment, dialect) if text),
        _step(experiment, dialect),
        "\n".join(_samples(experiment, dialect)),
        "\n".join(_start(experiment, dialect)),
        _goal(experiment, dialect),
        _training(experiment, epochs, dialect),
    ]
    return "\n\n".join(part.strip("\n") + "\n" for part in parts)


@dataclass(frozen=True)
class _Dialect:
    """What differs between the two libraries. `body` is the body of an activation function of z."""

    library: str
    imports: tuple[str, ...]
    array: str
    zeros: str
    round: str
    body: Callable[[Activation], str]
    slopes: bool


_NUMPY = _Dialect(
    "NumPy",
    (
        "import math",
        "",
        "import numpy as np",
        "",
        'np.seterr(over="ignore", invalid="ignore")  # a run that diverges overflows',
    ),
    "np.array({})",
    "np.zeros(n)",
    "np.round({}, {})",
    lambda activation: activation.numpy,
    slopes=True,
)
_TORCH = _Dialect(
    "PyTorch",
    ("import math", "", "import torch"),
    "torch.tensor({}, dtype=torch.float64)",
    "torch.zeros(n, dtype=torch.float64)",
    "torch.round({}, decimals={})",
    lambda activation: f"return {activation.torch}",
    slopes=False,
)


def _head(experiment: Experiment, dialect: _Dialect) -> str:
    training, data = experiment.training, experiment.data
    units = experiment.network.shape
    constants = {"RATE": training.rate, "BATCH": training.batch, "STOP": training.stop}
    if training.goal == ALL_RIGHT:
        del constants["STOP"]
    if training.shuffle:
        constants["SEED"] = experiment.seed
    constants |= {name.upper(): getattr(training, name) for name in OPTIMIZERS[training.optimizer].settings}
    if penalised(training):
        constants |= {"L1": training.l1, "L2": training.l2}
    imports = list(dialect.imports)
    if training.shuffle and dialect is _TORCH:
        imports.insert(2, "import numpy as np  # for the order of the samples")
    return "\n".join(
        [
            repr(one_line(f"{experiment.title} ({units}, by {dialect.library}).")),
            "",
            *imports,
            "",
            f"# inputs: {one_line(', '.join(data.input_names))}",
            f"# targets: {one_line(', '.join(data.target_names))}",
            *(f"{name} = {value!r}" for name, value in constants.items()),
        ]
    )


def _functions(experiment: Experiment, dialect: _Dialect) -> Iterator[str]:
    """Activations with their slopes, and the error of each sample."""
    *hidden, last = (ACTIVATIONS[name] for name in experiment.network.activations)
    sloped = [*hidden, *([] if _is_canonical(experiment) or last.linear or last.joint else [last])]
    for entry in dict.fromkeys([*hidden, last]):
        yield f"\ndef {entry.name}(z):\n{_indented(dialect.body(entry))}\n"
        if dialect.slopes and entry in sloped:
            yield f"\ndef {entry.name}_slope(a):\n    return {entry.numpy_slope}\n"
    loss = reported(experiment.training)
    body = loss.script if dialect is _NUMPY else f"return ({loss.torch}).sum(1)"
    yield f"\ndef errors({_shown(experiment)}, y):\n{_indented(body)}\n"


def _is_canonical(experiment: Experiment) -> bool:
    """Whether loss and output activation cancel to δ = ŷ − y."""
    return LOSSES[experiment.training.loss].canonical == experiment.network.activations[-1]


def _shown(experiment: Experiment) -> str:
    """What the samples' errors are computed from."""
    return "z" if reported(experiment.training).of_sums else "prediction"


def _rounded(experiment: Experiment, dialect: _Dialect, raw: str) -> str:
    decimals = experiment.training.round
    return raw if decimals is None else dialect.round.format(raw, decimals)


def _step(experiment: Experiment, dialect: _Dialect) -> str:
    """The lines of one step: forwards, backwards, update."""
    aged = OPTIMIZERS[experiment.training.optimizer].aged
    loop, affine = "for W, b, f in zip(weights, biases, functions)", "@ W + b"
    if experiment.network.bias is BiasMode.NONE:
        loop, affine = "for W, f in zip(weights, functions)", "@ W"
    bodies = _numpy_step if dialect is _NUMPY else _torch_step
    forward, step = bodies(experiment, loop, affine)
    lines = [
        "",
        "def forward(x):",
        *forward,
        "    return z, a",
        "",
        "",
        f"def step(x, y{', age' if aged else ''}):",
        '    """One update from the samples x, y; returns the sum of their errors before it."""',
        "    z, a = forward(x)",
        *step,
    ]
    return "\n".join(lines)


def _numpy_step(experiment: Experiment, loop: str, affine: str) -> tuple[list[str], list[str]]:
    """The bodies of `forward` and of `step`."""
    training, trained = experiment.training, experiment.network.bias is BiasMode.TRAINED
    last = experiment.network.output
    delta = [f"    delta = {LOSSES[training.loss].script_slope}"]
    if not _is_canonical(experiment) and not last.linear:
        delta += [f"    delta = {last.numpy_delta.format(name=last.name)}"]
    penalty = " + L1 * np.sign(weights[layer]) + L2 * weights[layer]" if penalised(training) else ""
    deeper = [
        "        if layer > 0:",
        "            delta = delta @ weights[layer].T * slopes[layer - 1](a[layer])",
    ]
    forward = [
        '    """The sums of the last layer, and the activations of all layers, the input first."""',
        "    a = [x]",
        f"    {loop}:",
        f"        z = a[-1] {affine}",
        "        a.append(f(z))",
    ]
    return forward, [
        f"    prediction = {_rounded(experiment, _NUMPY, 'a[-1]')}",
        *delta,
        f"    gradients{', bias_gradients' if trained else ''} = {'[], []' if trained else '[]'}",
        "    for layer in reversed(range(len(weights))):",
        f"        gradients.insert(0, a[layer].T @ delta / len(x){penalty})",
        *(["        bias_gradients.insert(0, delta.mean(0))"] if trained else []),
        *(deeper if experiment.network.depth > 1 else []),
        *(["    gradients += bias_gradients"] if trained else []),
        *_update(experiment, "np.sqrt", "    "),
        f"    return errors({_shown(experiment)}, y).sum()",
    ]


def _torch_step(experiment: Experiment, loop: str, affine: str) -> tuple[list[str], list[str]]:
    """The bodies of `forward` and of `step`."""
    training = experiment.training
    through = ["    prediction = a"]
    if training.round is not None:
        through = [
            f"    rounded = {_rounded(experiment, _TORCH, 'a.detach()')}",
            "    prediction = a + (rounded - a.detach())  # rounding counts as the identity on the way back",
        ]
    shown = "rounded" if training.round is not None else "a.detach()"
    if reported(training).of_sums:
        shown = "z.detach()"
    count = "" if experiment.network.bias is not BiasMode.TRAINED else "[: len(weights)]"
    penalty = [
        f"        for W, g in zip(weights, gradients{count}):",
        "            g += L1 * torch.sign(W) + L2 * W",
    ]
    forward = [
        '    """Sums and activations of the last layer."""',
        "    a = x",
        f"    {loop}:",
        f"        z = a {affine}",
        "        a = f(z)",
    ]
    return forward, [
        *through,
        f"    loss = ({LOSSES[training.loss].torch}).sum() / len(x)",
        "    gradients = torch.autograd.grad(loss, parameters)",
        "    with torch.no_grad():",
        *(penalty if penalised(training) else []),
        *_update(experiment, "torch.sqrt", "        "),
        f"    return errors({shown}, y).sum().item()",
    ]


def _update(experiment: Experiment, root: str, indent: str) -> list[str]:
    optimizer = OPTIMIZERS[experiment.training.optimizer]
    memory = "".join(f", {slot.symbol}" for slot in optimizer.memory)
    slots = "".join(f", {slot.name}" for slot in optimizer.memory)
    head = f"{indent}for p, g{memory} in zip(parameters, gradients{slots}):"
    return [head, *(f"{indent}    {line.format(sqrt=root)}" for line in optimizer.script)]


def _samples(experiment: Experiment, dialect: _Dialect) -> Iterator[str]:
    data = experiment.data
    for name, part in (("", data), ("test_", data.test)):
        if part is not None:
            yield f"{name}inputs = {_literal(part.inputs, dialect)}"
            yield f"{name}targets = {_literal(part.targets, dialect)}"


def _literal(array: Array, dialect: _Dialect) -> str:
    if array.ndim == 1:
        return dialect.array.format(array.tolist())
    rows = "".join(f"    {row},\n" for row in array.tolist())
    return dialect.array.format(f"[\n{rows}]")


def _start(experiment: Experiment, dialect: _Dialect) -> Iterator[str]:
    """Initial weights, functions, and the optimiser's state."""
    network, initial = experiment.network, experiment.initial
    yield "# weights[l] has a row for each unit below and a column for each unit of the layer"
    if dialect is _NUMPY and _is_drawn(experiment):
        shapes = list(zip(network.units, network.units[1:], strict=False))
        if not INITIALISERS[experiment.init].fixed:
            yield f"random = np.random.RandomState({experiment.seed})"
        yield f"weights = [{INITIALISERS[experiment.init].numpy} for m, n in {shapes}]"
    else:
        yield "weights = ["
        yield from (f"{_indented(_literal(weights, dialect))}," for weights in initial.weights)
        yield "]"
    if initial.biases and not any(bias.any() for bias in initial.biases):
        yield f"biases = [{dialect.zeros} for n in {list(network.units[1:])}]"
    elif initial.biases:
        yield "biases = ["
        yield from (f"{_indented(_literal(bias, dialect))}," for bias in initial.biases)
        yield "]"
    names = network.activations
    yield f"functions = [{', '.join(names)}]"
    if dialect.slopes and len(names) > 1:
        yield f"slopes = [{', '.join(f'{name}_slope' for name in names[:-1])}]"
    yield f"parameters = weights{' + biases' if network.bias is BiasMode.TRAINED else ''}"
    if dialect is _TORCH:
        yield "for p in parameters:\n    p.requires_grad_()"
    library = "np" if dialect is _NUMPY else "torch"
    for slot in OPTIMIZERS[experiment.training.optimizer].memory:
        yield f"{slot.name} = [{library}.zeros_like(p) for p in parameters]"


def _is_drawn(experiment: Experiment) -> bool:
    """Whether the initial weights are drawn from the seed."""
    drawn = initialise(experiment.network, experiment.init, experiment.seed)
    return all(np.array_equal(one, other) for one, other in zip(drawn, experiment.initial.weights, strict=True))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _training(experiment: Experiment, epochs: int, dialect: _Dialect) -> str:
    order = "np.random.default_rng((SEED, epoch)).permutation(len(inputs))"
    rows = "order[first : first + BATCH]" if experiment.training.shuffle else "slice(first, first + BATCH)"
    aged = OPTIMIZERS[experiment.training.optimizer].aged
    lines = [
        *(["age = 0  # updates made"] if aged else []),
        f"for epoch in range(1, {epochs} + 1):",
        "    error = 0.0",
        *([f"    order = {order}"] if experiment.training.shuffle else []),
        "    for first in range(0, len(inputs), BATCH):",
        f"        rows = {rows}",
        *(["        age += 1"] if aged else []),
        f"        error += step(inputs[rows], targets[rows]{', age' if aged else ''})",
        "    print(epoch, error)",
        "    if reached(error) or not math.isfinite(error):",
        "        break",
    ]
    return "\n".join([*lines, *(_test(experiment, dialect) if experiment.data.test is not None else [])])


def _test(experiment: Experiment, dialect: _Dialect) -> Sequence[str]:
    lines = [
        "",
        *_asked(experiment, dialect, "test_"),
        f'print("test: mean error", float(errors({_shown(experiment)}, test_targets).mean()))',
    ]
    if has_classes(experiment):
        lines += [f'print("test: right", int({_right(experiment, "test_")}.sum()), "of", len(test_inputs))']
    return lines


def _asked(experiment: Experiment, dialect: _Dialect, part: str) -> Sequence[str]:
    """All samples of a part under the same weights."""
    forward = f"forward({part}inputs)"
    return (
        f"z, a = {forward if dialect is _NUMPY else f'(t.detach() for t in {forward})'}",
        f"prediction = {_rounded(experiment, dialect, 'a[-1]' if dialect is _NUMPY else 'a')}",
    )


def _right(experiment: Experiment, part: str) -> str:
    """Whether the class of each sample is right."""
    edge = threshold(experiment) if has_classes(experiment) else middle(experiment)
    one, other = (
        (f"{name}.argmax(1)" if edge is None else f"({name} > {edge})") for name in ("prediction", f"{part}targets")
    )
    return f"({one} == {other})"


def _goal(experiment: Experiment, dialect: _Dialect) -> str:
    """Whether an epoch has reached the goal: checked again on all samples at its end."""
    lines = ["", "def reached(error):"]
    if experiment.training.goal == ALL_RIGHT:
        lines[-1] = "def reached(_):"
        lines += ['    """Whether all answers are right."""']
        answer = f"bool({_right(experiment, '')}.all())"
    else:
        lines += ['    """Whether the error was small enough on the way, and is now."""']
        lines += ["    if not error <= STOP:", "        return False"]
        answer = f"bool(errors({_shown(experiment)}, targets).sum() <= STOP)"
    asked = (f"    {line}" for line in _asked(experiment, dialect, ""))
    return "\n".join([*lines, *asked, f"    return {answer}"])
