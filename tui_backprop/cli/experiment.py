"""The experiment that a command line asks for."""

from __future__ import annotations

import argparse
from dataclasses import fields

from tui_backprop.cli.streams import PROGRAM, complain
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.goal import out_of_reach
from tui_backprop.core.optimizers import OPTIMIZERS, unused_settings
from tui_backprop.errors import BackpropError, ExperimentError
from tui_backprop.experiments import Overrides, load_experiment

_SET_UP = f"{PROGRAM}, ctrl+n, then data: CSV file"
"""A hint that leads from a file that is refused to the fields that say how it is read."""


def experiment_asked_for(options: argparse.Namespace) -> Experiment:
    """The experiment named, with its overrides; for a data file alone, one whose network suits it."""
    overrides = overrides_of(options)
    if options.experiment is None and overrides.data is not None:
        from tui_backprop.experiments.default_network import experiment_of

        try:
            return experiment_of(overrides.data, overrides)
        except ExperimentError as error:
            if "set-up" not in error.hint or overrides.data == "-":
                raise
            raise BackpropError(error.message, f"{error.hint}; the set-up: {_SET_UP}") from None
    return load_experiment(options.experiment or "article", overrides)


def experiment_to_run(options: argparse.Namespace) -> Experiment:
    """The experiment that the arguments must name; prints on standard error what to know before it is run."""
    if options.experiment is None and options.data is None:
        raise BackpropError(
            "the following arguments are required: EXPERIMENT, or --data FILE", f"see {PROGRAM} {options.verb} --help"
        )
    experiment = experiment_asked_for(options)
    if reason := out_of_reach(experiment):
        complain(f"the goal is out of reach: {reason}")
    optimizer = experiment.training.optimizer
    for key in sorted(unused_settings(optimizer).intersection(experiment.definition.get("training", {}))):
        users = " or ".join(name for name, entry in OPTIMIZERS.items() if key in entry.settings)
        complain(f"{key} is not used: optimizer is {optimizer}, not {users}")
    for note in experiment.data.notes if options.experiment is None else ():
        complain(note)
    return experiment


def overrides_of(options: argparse.Namespace) -> Overrides:
    """The changes that are asked for."""
    return Overrides(**{field.name: getattr(options, field.name) for field in fields(Overrides)})
