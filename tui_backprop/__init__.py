"""Watch a neural network learn: a terminal studio for back-propagation, one phase at a time."""

from __future__ import annotations

import os

# Threads make products of a few numbers up to a hundred times slower; NumPy reads this when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

TYPE_CHECKING = False  # importing typing would double the time that --version takes
if TYPE_CHECKING:
    from tui_backprop.core.experiment import Experiment
    from tui_backprop.core.run.moment import Moment
    from tui_backprop.core.run.timeline import Timeline
    from tui_backprop.core.run.trainer import Trainer
    from tui_backprop.errors import BackpropError
    from tui_backprop.experiments import load_experiment
    from tui_backprop.studio.launch import watch

__version__ = "0.1.0"
__all__ = [
    "BackpropError", "Experiment", "Moment", "Timeline", "Trainer", "__version__", "load_experiment", "watch",
]  # fmt: skip

_HOME = {
    "BackpropError": "tui_backprop.errors",
    "Experiment": "tui_backprop.core.experiment",
    "Moment": "tui_backprop.core.run.moment",
    "Timeline": "tui_backprop.core.run.timeline",
    "Trainer": "tui_backprop.core.run.trainer",
    "load_experiment": "tui_backprop.experiments",
    "watch": "tui_backprop.studio.launch",
}


def __dir__() -> list[str]:
    return sorted(__all__)


if not TYPE_CHECKING:  # or any name would be right

    def __getattr__(name: str) -> object:
        """The public names, imported when first used: `--version` needs neither NumPy nor Textual."""
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(_HOME[name]), name)
