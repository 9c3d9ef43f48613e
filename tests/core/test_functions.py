"""One entry is all it takes: `elu` and `mean_squared` by hand figures, and an optimiser made up here."""

from __future__ import annotations

import math
import subprocess
import sys
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.program import printed
from tests.core.runs import curves_of, run, swept
from tui_backprop import Timeline, Trainer, load_experiment
from tui_backprop.cli.arguments import SCRIPTS
from tui_backprop.cli.script import script
from tui_backprop.core.activations import ACTIVATIONS, HIDDEN_ACTIVATIONS
from tui_backprop.core.arrays import Array
from tui_backprop.core.diagnostics.collapse import collapses_of
from tui_backprop.core.diagnostics.gates import gates_of
from tui_backprop.core.diagnostics.gradient_check import check_gradient
from tui_backprop.core.diagnostics.landscape import mean_losses
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.forward import evaluate
from tui_backprop.core.initialisers import INITIALISERS
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.optimizers import OPTIMIZERS, Optimizer, RuleLine, Slot
from tui_backprop.core.outcomes import Ending
from tui_backprop.core.parts import Unit, Weight
from tui_backprop.core.penalty import penalty
from tui_backprop.core.run.conditions import open_gates
from tui_backprop.core.run.timeline import Timeline as Run
from tui_backprop.core.sweep import Sweep
from tui_backprop.core.unrolled_step import unroll
from tui_backprop.experiments.draft import from_preset
from tui_backprop.lessons import arithmetic
from tui_backprop.lessons.worksheet import worksheet
from tui_backprop.render.graph.picture import graph
from tui_backprop.render.inspector import inspect
from tui_backprop.render.narration import sentence
from tui_backprop.render.spans import plain
from tui_backprop.render.views.collapse import collapse
from tui_backprop.render.views.gates import gates
from tui_backprop.render.views.health import health
from tui_backprop.render.views.pulls import pulls
from tui_backprop.render.views.slope import slope
from tui_backprop.studio.screens.changes import possible
from tui_backprop.studio.screens.until import stop_conditions

ROOT = Path(__file__).parents[2]


def definition(hidden: str = "linear", outputs: int = 1, **training: Any) -> dict[str, Any]:
    """A 1-2-n network of weights ±2, biases 0 and samples 1 and −1."""
    weights = [[[2.0, -2.0]], [[1.0] * outputs, [0.5] * outputs]]
    return {
        "network": {"layers": [1, 2, outputs], "hidden": hidden, "weights": weights},
        "training": {"rate": 0.1, **training},
        "data": {"inputs": [[1.0], [-1.0]], "targets": [[0.0] * outputs, [1.0] * outputs]},
    }


def shown(page: Any) -> str:
    return " ".join(plain(page.lines(200, 999)[0]).split())


class TestElu:
    """f(z) = z above 0, else e^z − 1; f′(z) = 1 above 0, else e^z."""

    Z = np.array([-40.0, -2.0, -0.5, -1e-9, 0.0, 0.5, 3.0])

    def test_f_and_its_slope(self) -> None:
        a = ACTIVATIONS["elu"].of(self.Z)
        expected = [z if z > 0 else math.exp(z) - 1 for z in self.Z]
        np.testing.assert_allclose(a, expected, rtol=1e-7, atol=1e-15)
        slopes = [1.0 if z > 0 else math.exp(z) for z in self.Z]
        np.testing.assert_allclose(ACTIVATIONS["elu"].mask(self.Z, a), slopes, rtol=0, atol=1e-15)

    def test_numbers_beyond_all_bounds(self) -> None:
        z = np.array([np.inf, -np.inf, np.nan, 1e308, -1e308])
        a = ACTIVATIONS["elu"].of(z)
        np.testing.assert_array_equal(a, [np.inf, -1.0, np.nan, 1e308, -1.0])
        np.testing.assert_array_equal(ACTIVATIONS["elu"].mask(z, a), [1.0, 0.0, np.nan, 1.0, 0.0])

    def test_gradients_agree_with_finite_differences(self) -> None:
        assert check_gradient(load_experiment({**definition("elu"), "title": "elu"})).passed

    def test_it_bends_and_has_no_gate(self) -> None:
        moment = Timeline(load_experiment(definition("elu"))).moment
        found = gates_of(moment.experiment.data, moment.parameters)
        assert not found.linear
        assert not found.gated
        assert not found.layers[0].dead.any()
        assert collapses_of(moment) == ()
        assert "Nothing collapses: between any two layers something bends (elu of layer 1)" in shown(
            collapse(moment, Unit(1, 0), 200)
        )

    def test_it_is_saturated_only_far_below_0(self) -> None:
        low = definition("elu")
        low["network"]["weights"][0] = [[4.0, -2.0]]
        moment = Timeline(load_experiment(low)).moment
        (layer,) = gates_of(moment.experiment.data, moment.parameters).layers
        assert layer.passing.tolist() == [[True, True], [False, True]]  # e^−4 = 0.018 and e^−2 = 0.135, against 0.05
        page = shown(gates(moment, Unit(1, 0), 200))
        assert "1 of 4 elu outputs saturated" in page
        assert "▁ stuck low" in page
        assert "▔" not in page

    def test_sweeps_do_not_call_it_linear(self) -> None:
        experiment = load_experiment({**definition("elu"), "network": {"layers": [1, 2, 1], "hidden": "elu"}})
        sweep = swept(experiment, range(20), 3)
        assert not any(outcome.linear or outcome.ending is Ending.LINEAR for outcome in sweep.outcomes())

    def test_words_and_arithmetic(self) -> None:
        timeline = Timeline(load_experiment(definition("elu")))
        assert sentence(timeline.go(1, "activate1")) == (
            "elu passes sums above 0 unchanged, and bends negative ones towards −1: a = e^z − 1."
        )
        lines = plain(inspect(timeline.go(1, "mask1"), Unit(1, 1), 200).lines)
        assert "a(h2) = elu(z) = elu(−2) = −0.8646647167633873" in lines  # e^−2 − 1
        assert "f′ = 1 where z > 0, else a + 1,  δ(h2) = upstream·f′(z) = " in lines
        assert "No kinks: every activation is smooth." in shown(slope(timeline.moment, Weight(1, 0, 0), 200))

    def test_the_command_line_takes_it(self) -> None:
        assert "gradient check passed" in printed("check", "xor", "--hidden", "elu")
        assert "def elu_slope(a):\n    return np.minimum(a, 0.0) + 1.0" in printed("script", "xor", "--hidden", "elu")
        assert "torch.nn.functional.elu(z)" in printed("script", "xor", "--hidden", "elu", "--format", "torch")


class TestGates:
    """A gate has a shut side, which lets nothing through or a little: the same in every view."""

    @pytest.mark.parametrize(
        ("hidden", "sign", "drawn", "dead"),
        [("relu", "✕", "✕", [False, True]), ("leaky_relu", "╌", "×0.01", [False, False])],
    )
    def test_a_shut_gate(self, hidden: str, sign: str, drawn: str, dead: list[bool]) -> None:
        shut = definition(hidden)
        shut["network"].update(bias=True, biases=[[0.0, -3.0], [0.0]])
        timeline = Timeline(load_experiment(shut))
        (layer,) = gates_of(timeline.experiment.data, timeline.experiment.initial).layers
        assert layer.passing.tolist() == [[True, False], [False, False]]
        assert layer.dead.tolist() == dead
        assert open_gates(timeline.experiment, timeline.experiment.initial)[1].tolist() == layer.passing.tolist()
        moment = timeline.go(1, "activate1")
        assert plain(graph(moment, Weight(1, 0, 0), 80, 20)).count(drawn) == 1
        assert sign in shown(gates(moment, Unit(1, 0), 200))
        labels = [wish.label for wish in stop_conditions(timeline, moment, Unit(1, 1), lambda text: None)]
        assert "the gate of h2 opens or shuts for a sample" in labels

    @pytest.mark.parametrize("hidden", ["linear", "elu", "sigmoid", "tanh"])
    def test_others_have_none(self, hidden: str) -> None:
        timeline = Timeline(load_experiment(definition(hidden)))
        labels = [wish.label for wish in stop_conditions(timeline, timeline.moment, Unit(1, 1), lambda text: None)]
        assert not any("gate" in label for label in labels)
        assert open_gates(timeline.experiment, timeline.experiment.initial) == {}

    def test_a_slope_that_rounds_to_0_is_no_shut_gate(self) -> None:
        steep = definition("tanh")
        steep["network"]["weights"][0] = [[50.0, 0.1]]
        text = sentence(Timeline(load_experiment(steep)).go(1, "mask1"))
        assert text == "δ = upstream × f′(z): the slope of h1 is 0, so the error stops there."


class TestMeanSquared:
    """E = Σ(ŷ − y)² / n over the n outputs of a sample, as PyTorch's MSELoss."""

    def test_hand_figures(self) -> None:
        prediction, target = np.array([[1.0, 2.0, 0.5], [0.0, 0.0, 0.0]]), np.array([[0.0, 4.0, 0.0], [3.0, 0.0, 0.0]])
        loss, out = LOSSES["mean_squared"], np.empty((2, 3))
        np.testing.assert_allclose(loss.value(prediction, target), [(1 + 4 + 0.25) / 3, 3.0], rtol=1e-15)
        loss.gradient(prediction, target, out)
        np.testing.assert_allclose(out, [[2 / 3, -4 / 3, 1 / 3], [-2.0, 0.0, 0.0]], rtol=1e-15)

    @pytest.mark.parametrize("outputs", [1, 3])
    def test_gradients_agree_with_finite_differences(self, outputs: int) -> None:
        assert check_gradient(load_experiment(definition("tanh", outputs, loss="mean_squared"))).passed

    def test_with_one_output_it_is_squared(self) -> None:
        ends = [
            Trainer(load_experiment(definition(loss=loss))).record(Trainer(load_experiment(definition())).start())[1]
            for loss in ("squared", "mean_squared")
        ]
        assert ends[0].parameters.flat.tobytes() == ends[1].parameters.flat.tobytes()
        assert ends[0].epoch_error == ends[1].epoch_error

    def test_a_step_by_hand(self) -> None:
        experiment = load_experiment(definition("linear", 2, loss="mean_squared"))
        passage, after = Trainer(experiment).record(Trainer(experiment).start())
        assert passage.prediction.tolist() == [1.0, 1.0]  # 2·1 + (−2)·0.5, twice
        assert float(passage.error) == 1.0  # (1² + 1²) / 2
        assert passage.delta[-1].tolist() == [1.0, 1.0]  # 2·1/2
        assert after.parameters.weights[1].tolist() == [[0.8, 0.8], [0.7, 0.7]]  # w − 0.1·a·δ

    def test_sweep_and_trainer_make_the_same_run(self) -> None:
        network = {"layers": [1, 2, 2], "hidden": "tanh", "seed": 3}
        experiment = load_experiment({**definition("tanh", 2, loss="mean_squared"), "network": network})
        assert curves_of(Sweep(experiment, [3], 5))[3] == [
            state.epoch_error for _, state in Trainer(experiment).epochs(5)
        ]

    def test_inspector_and_worksheet_show_it(self) -> None:
        experiment = load_experiment(definition("linear", 2, loss="mean_squared"))
        lines = plain(inspect(Timeline(experiment).go(1), Unit(2, 1), 200).lines)
        assert "δ(y2) = 2·(ŷ − t)/n = 2×(1 − 0)/2 = 1" in lines
        assert "δ(y2) = 2×(1 − 0)/2 = 1" in worksheet(experiment, 1, True)

    def test_the_script_says_it(self) -> None:
        experiment = load_experiment(definition("linear", 2, loss="mean_squared"))
        assert "delta = 2.0 * (prediction - y) / y.shape[1]" in script(experiment, 1, "numpy")
        assert "loss = ((prediction - y) ** 2 / y.shape[1]).sum() / len(x)" in script(experiment, 1, "torch")


def exact_errors(output: str, sums: list[list[float]], targets: list[list[float]]) -> list[float]:
    """E = −Σ y·log ŷ of each sample, for a sigmoid −Σ(y·log ŷ + (1 − y)·log(1 − ŷ)), in decimals enough for e^−800."""
    with localcontext(prec=1000):
        errors = []
        for z, y in zip(sums, targets, strict=True):
            powers, shares = [Decimal(value).exp() for value in z], [Decimal(value) for value in y]
            if output == "softmax":
                terms = [share * (power / sum(powers)).ln() for power, share in zip(powers, shares, strict=True)]
            else:
                terms = [
                    share * (power / (1 + power)).ln() + (1 - share) * (1 / (1 + power)).ln()
                    for power, share in zip(powers, shares, strict=True)
                ]
            errors.append(float(-sum(terms)))
        return errors


SATURATED: dict[str, tuple[str, list[list[float]], list[list[float]]]] = {
    "one output": ("sigmoid", [[20], [36], [37], [40], [100], [-800]], [[0], [0], [0], [0], [0], [1]]),
    "three outputs": ("sigmoid", [[40, -40, 0.5], [-800, 800, 3], [0, 0, 0]], [[0, 1, 1], [1, 0, 0.25], [1, 0, 0.5]]),
    "classes": ("softmax", [[40, 0, -1], [0, -800, 0], [1, 2, 3]], [[0, 1, 0], [0, 1, 0], [0.5, 0.25, 0.25]]),
}


@pytest.mark.parametrize("rules", [{}, {"batch": 2}, {"batch": "full", "l1": 0.1, "l2": 0.5}])
@pytest.mark.parametrize("name", SATURATED)
class TestCrossEntropyOfSaturatedOutputs:
    """It comes from the sums: log 0 would stand where a probability was rounded to 0."""

    def experiment(self, name: str, rules: dict[str, Any]) -> Experiment:
        """A network whose first sums are the ones given, and a rate so small that they stay."""
        output, sums, targets = SATURATED[name]
        units = len(sums[0])
        loss = "binary_cross_entropy" if output == "sigmoid" else "softmax_cross_entropy"
        return load_experiment(
            {
                "network": {"layers": [units, units], "output": output, "weights": [np.eye(units)]},
                "training": {"rate": 1e-12, "loss": loss, **rules},
                "data": {"inputs": sums, "targets": targets},
            }
        )

    def test_the_error_is_the_true_one_everywhere(self, name: str, rules: dict[str, Any]) -> None:
        experiment, exact = self.experiment(name, rules), exact_errors(*SATURATED[name])
        data, total = experiment.data, sum(exact)
        found = evaluate(experiment.initial, experiment.training, data.inputs, data.targets)
        np.testing.assert_allclose(found.error, exact, rtol=1e-15, atol=1e-300)
        assert next(Trainer(experiment).epochs(1))[1].epoch_error == pytest.approx(total, rel=1e-9)
        weight = Weight(1, 0, 0)
        points = np.full((1, 2), weight.value(experiment.initial))
        added = penalty(experiment.training, experiment.initial.flat)
        expected = pytest.approx(total / len(data) + added, rel=1e-12)
        assert mean_losses(experiment, experiment.initial, (weight, weight), points, data)[0] == expected

    def test_the_gradient_check_passes(self, name: str, rules: dict[str, Any]) -> None:
        assert check_gradient(self.experiment(name, rules)).passed

    def test_sweep_and_trainer_make_the_same_run(self, name: str, rules: dict[str, Any]) -> None:
        given = self.experiment(name, rules).definition
        drawn = load_experiment({**given, "network": {**without(given["network"], "weights"), "seed": 3}})
        assert curves_of(Sweep(drawn, [3], 5))[3] == run(drawn, 5).errors

    @pytest.mark.parametrize("form", SCRIPTS)
    def test_its_script_prints_it_without_a_warning(self, form: str, name: str, rules: dict[str, Any]) -> None:
        if form == "torch":
            pytest.importorskip("torch")
        text = script(self.experiment(name, rules), 1, form)
        done = subprocess.run([sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, check=True)
        assert float(done.stdout.split()[1]) == pytest.approx(sum(exact_errors(*SATURATED[name])), rel=1e-9)


def without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in table.items() if name != key}


@pytest.mark.parametrize("hidden", HIDDEN_ACTIVATIONS)
def test_a_script_does_not_warn_of_large_sums(hidden: str) -> None:
    large = definition(hidden)
    large["data"]["inputs"] = [[800.0], [-800.0]]
    large["network"]["output"] = "sigmoid"
    text = script(load_experiment(large), 3, "numpy")
    subprocess.run([sys.executable, "-W", "error", "-c", text], capture_output=True, text=True, check=True)


class Nesterov(Optimizer):
    """v ← momentum × v + g, W ← W − rate × (g + momentum × v): made up for this test, in one place."""

    name = "nesterov"
    memory = (Slot("v", "velocity"),)
    settings = ("momentum",)
    rule = (
        RuleLine("v", "momentum·v + {g}", "{momentum}×{v} + {g}"),
        RuleLine("u", "{g} + momentum·v", "{g} + {momentum}×{v}", lambda n: n["g"] + n["momentum"] * n["v"]),
        RuleLine("new", "old − rate·u", "{old} − {rate}×{u}"),
    )
    script = ("v *= MOMENTUM", "v += g", "p -= RATE * (g + MOMENTUM * v)")

    def update(self, parameters: Array, gradient: Array, memory: Array, age: int) -> None:
        velocity = memory[0]
        velocity *= self.training.momentum
        velocity += gradient
        parameters -= self.training.rate * (gradient + self.training.momentum * velocity)


class TestAnOptimizerMadeUpHere:
    """Weight 2→y: gradients by hand from a linear 1-2-1 network, rate 0.1, momentum 0.5."""

    @pytest.fixture(autouse=True)
    def known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(OPTIMIZERS, "nesterov", Nesterov)

    @staticmethod
    def run() -> Run:
        return Timeline(load_experiment(definition(optimizer="nesterov", momentum=0.5)))

    def test_two_steps_by_hand(self) -> None:
        # ŷ = 2·1 + −2·0.5 = 1, δ = 1, g = a·δ = 2: v = 2, w = 1 − 0.1·(2 + 0.5·2) = 0.7
        timeline = self.run()
        first = timeline.go(1)
        assert first.after.weights[1][0, 0] == pytest.approx(0.7, abs=1e-15)
        gradient = float(timeline.go(2).gradient(2)[0, 0])  # type: ignore[index]
        velocity = 0.5 * 2 + gradient
        expected = 0.7 - 0.1 * (gradient + 0.5 * velocity)
        assert timeline.moment.after.weights[1][0, 0] == pytest.approx(expected, abs=1e-15)

    def test_the_inspector_has_its_rule_with_every_number(self) -> None:
        lines = plain(inspect(self.run().go(1), Weight(2, 0, 0), 200).lines)
        assert "v = momentum·v + gradient = 0.5×0 + 2 = 2" in lines
        assert "u = gradient + momentum·v = 2 + 0.5×2 = 3" in lines
        assert "new = old − rate·u = 1 − 0.1×3 = 0.7" in lines
        assert arithmetic.of_update(self.run().go(1), Weight(2, 0, 0)) == "1 − 0.1×3 = 0.7"

    def test_sentences_and_views_do_not_take_it_for_plain_descent(self) -> None:
        moment = self.run().go(1)
        assert "by the step of nesterov: " in sentence(moment)
        assert "still moves it is not the error" in shown(pulls(self.resting(), Weight(1, 0, 0), 200))
        assert "the error gets through" in shown(health(moment, Weight(1, 0, 0), 200))
        assert "All hidden layers are linear" in shown(gates(moment, Unit(1, 0), 200))

    def resting(self) -> Any:
        still = definition(optimizer="nesterov")
        still["data"]["inputs"] = [[0.0], [0.0]]
        return Timeline(load_experiment(still)).moment

    def test_a_sweep_makes_the_trainers_run(self) -> None:
        experiment = load_experiment(
            {**definition(optimizer="nesterov"), "network": {"layers": [1, 2, 1], "hidden": "tanh", "seed": 3}}
        )
        assert curves_of(Sweep(experiment, [3], 5))[3] == [
            state.epoch_error for _, state in Trainer(experiment).epochs(5)
        ]

    @pytest.mark.parametrize("form", ["numpy", "torch"])
    def test_the_script_has_it(self, form: str) -> None:
        text = script(load_experiment(definition(optimizer="nesterov", momentum=0.5)), 3, form)
        assert "MOMENTUM = 0.5" in text
        assert "for p, g, v in zip(parameters, gradients, velocity):" in text
        assert "p -= RATE * (g + MOMENTUM * v)" in text

    def test_the_script_makes_the_trainers_run(self, tmp_path: Path) -> None:
        experiment = load_experiment(definition(optimizer="nesterov", momentum=0.5))
        path = tmp_path / "made_up.py"
        path.write_text(script(experiment, 3, "numpy"), "utf-8")
        done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)
        errors = [float(line.split()[1]) for line in done.stdout.splitlines()]
        expected = [state.epoch_error for _, state in Trainer(experiment).epochs(3)]
        np.testing.assert_allclose(errors, expected, rtol=1e-12)

    def test_the_check_and_the_fast_step_know_what_to_do(self) -> None:
        experiment = load_experiment(definition(optimizer="nesterov"))
        assert check_gradient(experiment).passed
        assert unroll(experiment.network, experiment.training) is None

    def test_it_can_be_chosen_and_so_can_its_setting(self) -> None:
        assert "momentum" not in from_preset("xor").changed("optimizer", "nesterov").unused
        assert "momentum" in from_preset("xor").changed("optimizer", "sgd").unused
        changes = {change.what: change for change in possible(self.run().moment, Unit(0, 0))}
        assert "nesterov" in changes["optimizer"].options
        assert changes["momentum"].present == 0.5


LISTS = """
from tui_backprop.core.optimizers import OPTIMIZERS, GradientDescent
OPTIMIZERS["made_up"] = type("MadeUp", (GradientDescent,), {"name": "made_up"})
from tui_backprop.experiments.fields import FIELDS
for key in ("hidden", "output", "loss", "init", "optimizer"):
    print(*FIELDS[key].kind)
"""


def test_the_set_up_lists_what_is_registered() -> None:
    done = subprocess.run([sys.executable, "-c", LISTS], capture_output=True, text=True, check=True)
    assert [line.split() for line in done.stdout.splitlines()] == [
        [*HIDDEN_ACTIVATIONS],
        [*ACTIVATIONS],
        [*LOSSES],
        [*INITIALISERS, "typed", "in"],
        [*OPTIMIZERS, "made_up"],
    ]
    assert HIDDEN_ACTIVATIONS == ("linear", "relu", "leaky_relu", "elu", "sigmoid", "tanh")


def test_the_documentation_names_what_is_registered() -> None:
    readme = (ROOT / "tui_backprop/experiments/README.md").read_text("utf-8")
    for names in (HIDDEN_ACTIVATIONS, LOSSES, INITIALISERS):
        assert " ".join(names) in readme
    assert all(f"`{name}`" in readme for name in OPTIMIZERS)
