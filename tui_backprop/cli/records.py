"""Records of a training run: each epoch's or step's figures as text, CSV or JSON lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.losses import LOSSES
from tui_backprop.core.network import Parameters
from tui_backprop.core.parts import parameter_at
from tui_backprop.core.passes import Pass
from tui_backprop.core.penalty import penalty, with_penalty
from tui_backprop.core.run.trainer import TrainingState
from tui_backprop.core.scores import Score, off, score, scored
from tui_backprop.errors import printable
from tui_backprop.render.numbers import percent


class Writer(Protocol):
    """One format of the records."""

    def epoch(self, epoch: int, state: TrainingState) -> None:
        """The state at the end of an epoch."""

    def step(
        self, samples: tuple[int, ...], epoch: int, passage: Pass, before: Parameters, state: TrainingState
    ) -> None:
        """One step: its data rows, its pass, the parameters before it, and the state after it."""

    def end(self, ending: str, state: TrainingState) -> None:
        """How the training ended, in words, and where."""


@dataclass(frozen=True)
class _Account:
    """What makes the new parameters of a step, so that it adds up.

    `gradient`, `penalty_gradient` and `update` are flat, laid out like parameters; `mean_loss` is that of the samples,
    `penalty` the weight penalty before the update, and their sum the `objective`, which is minimised.
    """

    gradient: Array
    penalty_gradient: Array
    update: Array
    mean_loss: float
    penalty: float

    @property
    def objective(self) -> float:
        return self.mean_loss + self.penalty


def _account(experiment: Experiment, passage: Pass, before: Parameters, state: TrainingState) -> _Account:
    network, training = experiment.network, experiment.training
    with np.errstate(all="ignore"):
        losses = LOSSES[training.loss].of(passage.z[-1], passage.prediction, passage.target)
        return _Account(
            passage.gradients.flat,
            with_penalty(experiment, before.flat, np.zeros(network.size)),
            state.parameters.flat - before.flat,
            float(np.mean(losses)),
            penalty(training, before.flat[: network.weight_count]),
        )


def _results(experiment: Experiment, state: TrainingState) -> dict[str, float | None]:
    """At the end of an epoch: the mean of the errors on the way, and scores under the last parameters."""
    parts = {"training": experiment.data, "test": experiment.data.test}
    found = {name: score(experiment, state.parameters, part) for name, part in parts.items() if part is not None}
    return {
        "mean_error": state.epoch_error / len(experiment.data),
        **{key: value for name, one in found.items() for key, value in _scored(name, one).items()},
    }


def _scored(name: str, found: Score) -> dict[str, float | None]:
    """The mean error of a sample, and the share of right classes if there are classes."""
    return {f"{name}_error": found.error, f"{name}_accuracy": found.accuracy}


class _Text:
    """As the article prints them: each epoch's weights and error, to the eight decimals of NumPy's printing."""

    def __init__(self, file: TextIO, experiment: Experiment) -> None:
        self._file, self._experiment = file, experiment

    def epoch(self, epoch: int, state: TrainingState) -> None:
        self._print(f"epoch {epoch}")
        self._parameters(state)
        self._print(f"error {state.epoch_error!r}\n")

    def step(
        self, samples: tuple[int, ...], epoch: int, passage: Pass, before: Parameters, state: TrainingState
    ) -> None:
        shown = ", ".join(map(str, samples))
        self._print(f"step {state.step}: epoch {epoch}, sample {shown}")
        sample = {"input": passage.input, "prediction": passage.prediction, "target": passage.target}
        self._print("  ".join(f"{name} {_inline(values)}" for name, values in sample.items()))
        self._parameters(state)
        self._print(f"error {_inline(passage.error)}\n")

    def end(self, ending: str, state: TrainingState) -> None:
        scaled = self._experiment.data.target_scale is not None
        if scored(self._experiment) or scaled:
            for name, data in (("training", self._experiment.data), ("test", self._experiment.data.test)):
                if data is not None:
                    found = _in_words(score(self._experiment, state.parameters, data))
                    units = _in_units(self._experiment, state, data) if scaled else ""
                    self._print(f"{name}: {found}{units}")
        self._print(ending)

    def _parameters(self, state: TrainingState) -> None:
        for layer, weights in enumerate(state.parameters.weights, 1):
            self._print(f"W{layer}\n{_printed(weights)}")
        for layer, bias in enumerate(state.parameters.biases, 1):
            self._print(f"b{layer}\n{_printed(bias)}")

    def _print(self, line: str) -> None:
        print(line, file=self._file)


def _in_words(found: Score) -> str:
    classes = "" if found.accuracy is None else f", {found.right} of {found.samples} right ({percent(found.accuracy)})"
    return f"mean error {found.error!r}{classes}"


def _in_units(experiment: Experiment, state: TrainingState, data: Data) -> str:
    """How far answers are off in the units of the file, where the mean error is in those of training."""
    named = zip(data.target_names, off(experiment, state.parameters, data).tolist(), strict=True)
    return ", off by " + ", ".join(f"{value:.4g} in {printable(name)}" for name, value in named)


class _Brief(_Text):
    """A line for each epoch or step, without any weights."""

    def epoch(self, epoch: int, state: TrainingState) -> None:
        results = {key.replace("_", " "): value for key, value in _results(self._experiment, state).items()}
        shown = "".join(f"  {key} {value:.4g}" for key, value in results.items() if value is not None)
        self._print(f"epoch {epoch}  error {state.epoch_error:.6g}{shown}")

    def step(
        self, samples: tuple[int, ...], epoch: int, passage: Pass, before: Parameters, state: TrainingState
    ) -> None:
        shown = f"sample {samples[0]}" if len(samples) == 1 else f"{len(samples)} samples"
        self._print(f"step {state.step}  epoch {epoch}  {shown}  error {np.sum(passage.error):.6g}")


def _printed(array: Array) -> str:
    return np.array2string(array, precision=8, suppress_small=True, max_line_width=200, threshold=100_000)


def _inline(array: Array) -> str:
    return _printed(np.asarray(array)).replace("\n", "")


class _Csv:
    """One row per record: the counters, the error, every weight and bias after it, and what they come from."""

    def __init__(self, file: TextIO, experiment: Experiment) -> None:
        self._writer, self._experiment = csv.writer(file, lineterminator="\n"), experiment
        parameters = (parameter_at(experiment.network, index) for index in range(experiment.network.size))
        self._names = [parameter.name(experiment) for parameter in parameters]
        self._outputs = experiment.unit_names(experiment.network.depth)
        self._headed = False

    def epoch(self, epoch: int, state: TrainingState) -> None:
        self._row({"epoch": epoch, "error": state.epoch_error}, state, _results(self._experiment, state))

    def step(
        self, samples: tuple[int, ...], epoch: int, passage: Pass, before: Parameters, state: TrainingState
    ) -> None:
        account = _account(self._experiment, passage, before, state)
        added: dict[str, Any] = {key: getattr(account, key) for key in ("mean_loss", "penalty", "objective")}
        for key in ("gradient", "penalty_gradient", "update"):
            named = zip(self._names, getattr(account, key).tolist(), strict=True)
            added |= {f"{key} {name}": value for name, value in named}
        for row, sample in enumerate(samples):
            one = passage.sample(row)
            head = {"step": state.step, "epoch": epoch, "sample": sample}
            predictions = zip(self._outputs, one.prediction.tolist(), strict=True)
            head |= {f"prediction {name}": value for name, value in predictions}
            self._row({**head, "error": float(one.error)}, state, added)

    def end(self, ending: str, state: TrainingState) -> None:
        """Writes nothing: the rows say it all."""

    def _row(self, head: Mapping[str, Any], state: TrainingState, added: Mapping[str, Any]) -> None:
        if not self._headed:
            self._writer.writerow(map(printable, [*head, *self._names, *added]))
            self._headed = True
        values = (*head.values(), *state.parameters.flat.tolist(), *added.values())
        self._writer.writerow(["" if value is None else repr(value) for value in values])


class _JsonLines:
    """One JSON object a line, every float in full precision."""

    def __init__(self, file: TextIO, experiment: Experiment) -> None:
        self._file = file
        self._experiment = experiment
        self._batched = experiment.training.batch > 1

    def epoch(self, epoch: int, state: TrainingState) -> None:
        parameters, results = self._parameters(state), _results(self._experiment, state)
        self._print({"epoch": epoch, "error": state.epoch_error, **parameters, **results})

    def step(
        self, samples: tuple[int, ...], epoch: int, passage: Pass, before: Parameters, state: TrainingState
    ) -> None:
        network, account = self._experiment.network, _account(self._experiment, passage, before, state)

        def listed(array: Array) -> Any:
            """In mini-batches over the batch, also where one sample was left for the last of an epoch."""
            return [array.tolist()] if self._batched and passage.batch == 1 else array.tolist()

        self._print(
            {
                "step": state.step,
                "epoch": epoch,
                "sample": list(samples) if self._batched else samples[0],
                "input": listed(passage.input),
                "target": listed(passage.target),
                "z": [listed(z) for z in passage.z],
                "a": [listed(a) for a in passage.a],
                "raw": listed(passage.raw),
                "prediction": listed(passage.prediction),
                "error": listed(passage.error),
                "upstream": [listed(upstream) for upstream in passage.upstream],
                "mask": [listed(mask) for mask in passage.mask],
                "delta": [listed(delta) for delta in passage.delta],
                "gradient": _lists(passage.gradient),
                "bias_gradient": _lists(passage.bias_gradient),
                **self._parameters(state),
                "penalty_gradient": _lists(network.weights(account.penalty_gradient)),
                "update": _lists(network.weights(account.update)),
                "bias_update": _lists(network.biases(account.update)),
                "mean_loss": account.mean_loss,
                "penalty": account.penalty,
                "objective": account.objective,
            }
        )

    def end(self, ending: str, state: TrainingState) -> None:
        """Writes nothing: the lines say it all."""

    @staticmethod
    def _parameters(state: TrainingState) -> dict[str, Any]:
        return {"weights": _lists(state.parameters.weights), "biases": _lists(state.parameters.biases)}

    def _print(self, record: dict[str, Any]) -> None:
        print(json.dumps(record, separators=(",", ":")), file=self._file)


def _lists(arrays: tuple[Array, ...]) -> list[Any]:
    return [array.tolist() for array in arrays]


WRITERS: dict[str, Callable[[TextIO, Experiment], Writer]] = {
    "text": _Text,
    "brief": _Brief,
    "csv": _Csv,
    "jsonl": _JsonLines,
}
