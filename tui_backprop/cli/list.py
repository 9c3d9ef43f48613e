"""`tui-backprop list`: the presets, one per line."""

from __future__ import annotations

import argparse

from tui_backprop.cli.streams import print_json
from tui_backprop.experiments import load_experiment, preset_names


def run(options: argparse.Namespace) -> int:
    """Prints a line for each preset; returns the exit code."""
    presets = [(name, load_experiment(name)) for name in preset_names()]
    if options.format == "json":
        print_json(
            [
                {"name": name, "layers": [*preset.network.units], "title": preset.title, "watch": preset.watch}
                for name, preset in presets
            ]
        )
        return 0
    for name, preset in presets:
        print(f"{name:<16} {preset.network.shape:<8} {preset.title}")
    return 0
