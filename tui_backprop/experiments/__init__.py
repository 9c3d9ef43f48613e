"""What can be trained: presets that ship, and experiment files of the user's."""

from tui_backprop.experiments.reader import Overrides, load_experiment, preset_names, variant

__all__ = ["Overrides", "load_experiment", "preset_names", "variant"]
