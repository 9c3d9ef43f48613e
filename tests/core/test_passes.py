"""The values that a pass leaves: where they are kept, and what they are called."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from tests.nets import Net, nets
from tui_backprop.core.passes import Frame
from tui_backprop.core.run.trainer import Trainer


@given(nets())
def test_a_frame_is_filled_by_its_views(net: Net) -> None:
    network = net.experiment().network
    for batch in (1, 3):
        frame = Frame(network, batch, np.zeros(Frame.size_of(network, batch)))
        views = (frame.rows, *frame.z, *frame.a, *frame.upstream, *frame.mask, *frame.delta)
        for view in (*views, frame.prediction, frame.error):
            view += 1.0
        assert (frame.flat > 0.0).all()
        assert set(frame.flat[frame.flat > 1.0]) <= {2.0}  # a and δ of linear layers are z and upstream
        assert frame.activation(0) is frame.inputs
        assert all(frame.activation(layer) is a for layer, a in enumerate(frame.a, 1))


@settings(max_examples=20)
@given(nets())
def test_activations_are_counted_from_the_input(net: Net) -> None:
    trainer = Trainer(net.experiment())
    passage, _ = trainer.record(trainer.start())
    assert np.array_equal(passage.activation(0), passage.input)
    for layer, a in enumerate(passage.a, 1):
        assert np.array_equal(passage.activation(layer), a)
