"""PyTorch's losses and optimisers, and scikit-learn's networks, beside ours; skipped where they are not installed.

PyTorch takes the gradients itself, by autograd, and the cross-entropies from the sums, as its users do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.core.test_optimizers import INPUTS, PRICES, TARGETS, definition
from tests.nets import HIDDEN, OUTPUT, losses_for
from tests.transcription import Array, Rules
from tui_backprop import load_experiment
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.run.trainer import Trainer

STEPS, RATE = 40, 0.01
RULES = [(output, loss) for output in OUTPUT for loss in losses_for(output)]
PRICED = pytest.mark.parametrize("prices", PRICES, ids=["free", "l1", "l2", "both"])
Step = tuple[slice, float, list[Array]]


def ours(rules: Rules, batch: int, **training: Any) -> tuple[list[Array], Iterator[Step]]:
    """Weights and biases at the start; then of each step its rows, their mean loss, and weights and biases after it."""
    return training_of(definition(rules, batch=batch, rate=RATE, report="loss", **training))


def training_of(experiment: dict[str, Any]) -> tuple[list[Array], Iterator[Step]]:
    trainer = Trainer(load_experiment(experiment))
    batch = experiment["training"]["batch"]

    def steps() -> Iterator[Step]:
        state = trainer.start()
        for step in range(STEPS):
            passage, state = trainer.record(state)
            first = step * batch % len(INPUTS)
            parameters = [*state.parameters.weights, *state.parameters.biases]
            yield slice(first, first + batch), float(np.mean(passage.error)), parameters

    start = trainer.start().parameters
    return [*start.weights, *start.biases], steps()


def assert_same(theirs: list[Array], parameters: list[Array]) -> None:
    for one, other in zip(theirs, parameters, strict=True):
        np.testing.assert_allclose(one, other, rtol=0.0, atol=1e-12)


# --- PyTorch ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


def torch_activation(torch: Any, name: str) -> Callable[[Any], Any]:
    nn = torch.nn.functional
    known: dict[str, Callable[[Any], Any]] = {
        "linear": lambda z: z,
        "leaky_relu": nn.leaky_relu,
        "softmax": lambda z: torch.softmax(z, 1),
        **{other: getattr(nn, other) for other in ("relu", "elu", "sigmoid", "tanh")},
    }
    return known[name]


def torch_loss(torch: Any, loss: str, z: Any, a: Any, y: Any) -> Any:
    """The mean over the samples of a batch."""
    nn = torch.nn.functional
    if loss == "binary_cross_entropy":
        return nn.binary_cross_entropy_with_logits(z, y, reduction="sum") / len(y)
    if loss == "softmax_cross_entropy":
        return nn.cross_entropy(z, y)
    if loss == "mean_squared":
        return nn.mse_loss(a, y)
    return nn.mse_loss(a, y, reduction="sum") * {"half_squared": 0.5, "squared": 1.0}[loss] / len(y)


def torch_optimizer(torch: Any, name: str, parameters: list[Any]) -> Any:
    optim = torch.optim
    return {
        "sgd": lambda: optim.SGD(parameters, RATE),
        "momentum": lambda: optim.SGD(parameters, RATE, momentum=0.9),
        "rmsprop": lambda: optim.RMSprop(parameters, RATE, alpha=0.9, eps=1e-8),
        "adam": lambda: optim.Adam(parameters, RATE, betas=(0.9, 0.999), eps=1e-8),
    }[name]()


def against_torch(torch: Any, rules: Rules, batch: int, optimizer: str, prices: dict[str, float]) -> None:
    start, steps = ours(rules, batch, optimizer=optimizer, **prices)
    parameters = [torch.tensor(array, requires_grad=True) for array in start]
    weights, biases = parameters[:2], parameters[2:]
    functions = [torch_activation(torch, name) for name in rules.activations]
    descent = torch_optimizer(torch, optimizer, parameters)
    inputs, targets = torch.tensor(INPUTS), torch.tensor(TARGETS)
    for rows, error, after in steps:
        a = inputs[rows]
        for w, b, function in zip(weights, biases, functions, strict=True):
            z = a @ w + b
            a = function(z)
        loss = torch_loss(torch, rules.loss, z, a, targets[rows])
        assert loss.item() == pytest.approx(error, rel=0.0, abs=1e-12)
        for w in weights:
            loss = loss + prices.get("l1", 0.0) * w.abs().sum() + prices.get("l2", 0.0) / 2.0 * (w * w).sum()
        descent.zero_grad()
        loss.backward()
        descent.step()
        assert_same([parameter.detach().numpy() for parameter in parameters], after)


@pytest.mark.slow
@PRICED
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_torch_descends_every_loss_by_every_optimizer(
    torch: Any, loss: str, optimizer: str, prices: dict[str, float]
) -> None:
    output = LOSSES[loss].requires or "tanh"
    for batch in (1, 3):
        against_torch(torch, Rules(("sigmoid", output), loss, "loss"), batch, optimizer, prices)


@pytest.mark.slow
@pytest.mark.parametrize(("hidden", "rules"), list(product(HIDDEN, RULES)))
def test_torch_goes_through_every_activation(torch: Any, hidden: str, rules: tuple[str, str]) -> None:
    output, loss = rules
    against_torch(torch, Rules((hidden, output), loss, "loss"), 2, "sgd", {"l2": 0.02})


@pytest.mark.parametrize("name", ["binary_cross_entropy", "softmax_cross_entropy"])
def test_torch_has_the_same_cross_entropy_of_sums_however_large(torch: Any, name: str) -> None:
    sizes = [0.0, 1e-3, 1.0, 20.0, 36.0, 37.0, 40.0, 100.0, 800.0, 1e6]
    z = np.array([[sign * size, -sign * size / 3.0, 1.0] for size in sizes for sign in (1.0, -1.0)])
    for kind in range(3):
        y = np.tile(np.eye(3)[kind], (len(z), 1))
        expected = [
            torch_loss(torch, name, *(torch.tensor(part[row : row + 1]) for part in (z, z, y))).item()
            for row in range(len(z))
        ]
        np.testing.assert_allclose(LOSSES[name].value(z, y), expected, rtol=1e-14, atol=1e-14)


# --- scikit-learn -----------------------------------------------------------------------------------------------------

CLASSES = np.array([0, 1, 2, 1, 2, 0])
SCIKIT = {
    "half_squared": ("MLPRegressor", "linear", np.eye(3)[CLASSES], {}),
    "binary_cross_entropy": ("MLPClassifier", "sigmoid", np.eye(3, dtype=int)[CLASSES], {"classes": [0, 1, 2]}),
    "softmax_cross_entropy": ("MLPClassifier", "softmax", CLASSES, {"classes": [0, 1, 2]}),
}
"""By loss: its network, the output that goes with it, its targets, and what its first call has to know."""


@pytest.mark.slow
@pytest.mark.parametrize("l2", [0.0, 0.02], ids=["free", "l2"])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("loss", SCIKIT)
@pytest.mark.parametrize("hidden", ["linear", "relu", "sigmoid", "tanh"])
def test_scikit_learn_trains_the_same_network(hidden: str, loss: str, optimizer: str, l2: float) -> None:
    """Its L2 is divided by the batch; it has no L1, no RMSProp, and one squared loss."""
    networks = pytest.importorskip("sklearn.neural_network")
    kind, output, targets, classes = SCIKIT[loss]
    activation = {"linear": "identity", "sigmoid": "logistic"}.get(hidden, hidden)
    for batch in (1, 3):
        start, steps = training_of(
            {
                "network": {"layers": [2, 3, 3], "hidden": hidden, "output": output, "bias": True, "init": "normal"},
                "training": {"rate": RATE, "batch": batch, "loss": loss, "optimizer": optimizer, "l2": l2},
                "data": {"inputs": INPUTS.tolist(), "targets": np.eye(3)[CLASSES].tolist()},
            }
        )
        model = getattr(networks, kind)(
            hidden_layer_sizes=(3,), activation=activation, solver="adam" if optimizer == "adam" else "sgd",
            momentum=0.9 if optimizer == "momentum" else 0.0, nesterovs_momentum=False, learning_rate_init=RATE,
            alpha=l2 * batch, shuffle=False,
        )  # fmt: skip
        model.partial_fit(INPUTS, targets, **classes)  # it has weights, and an optimiser, from its first step on
        for theirs, array in zip([*model.coefs_, *model.intercepts_], start, strict=True):
            theirs[:] = array
        del model._optimizer
        for step, (rows, _, after) in enumerate(steps, 1):
            epsilon = 1e-8 * np.sqrt(1.0 - 0.999**step)  # it is added before the corrections, ours behind them
            setattr(*((model, "epsilon") if step == 1 else (model._optimizer, "epsilon")), epsilon)
            model.partial_fit(INPUTS[rows], targets[rows])
            assert_same([*model.coefs_, *model.intercepts_], after)
