"""Forward passes of many samples, against the passes of single ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.runs import first_passes
from tests.nets import HIDDEN, Net, nets
from tui_backprop.core.forward import evaluate
from tui_backprop.experiments import load_experiment


@settings(max_examples=60)
@given(nets(batches=(1,)))
def test_evaluate_has_the_bits_of_single_passes(net: Net) -> None:
    experiment = net.experiment()
    found = evaluate(experiment.initial, experiment.training, experiment.data.inputs, experiment.data.targets)
    for row, passage in enumerate(first_passes(experiment)):
        assert found.raw[row].tolist() == passage.raw.tolist()
        assert found.prediction[row].tolist() == passage.prediction.tolist()
        assert float(found.error[row]) == float(passage.error)


@settings(max_examples=25)
@given(st.sampled_from(HIDDEN), st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(0, 2**32))
def test_evaluate_has_the_bits_of_single_passes_at_any_width(
    name: str, width: int, units: int, samples: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    inputs, targets = random.normal(size=(samples, width)), random.normal(size=(samples, 2))
    experiment = load_experiment(
        {
            "network": {"layers": [width, units, 2], "hidden": name, "output": name, "bias": True, "init": "normal"},
            "data": {"inputs": inputs, "targets": targets},
        }
    )
    found = evaluate(experiment.initial, experiment.training, inputs, targets)
    assert found.raw.tolist() == [passage.raw.tolist() for passage in first_passes(experiment)]
