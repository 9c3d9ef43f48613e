"""One sentence on what happens in this phase, with the numbers of this moment."""

from __future__ import annotations

import re

import numpy as np

from tui_backprop.core.arrays import Array
from tui_backprop.core.equations import of_delta
from tui_backprop.core.experiment import ALL_RIGHT
from tui_backprop.core.goal import out_of_reach
from tui_backprop.core.optimizers import OPTIMIZERS
from tui_backprop.core.parts import Unit
from tui_backprop.core.penalty import penalised
from tui_backprop.core.run.moment import Moment
from tui_backprop.render.edits import edit_text
from tui_backprop.render.numbers import fixed, full, short
from tui_backprop.render.spans import safe, width
from tui_backprop.render.trouble import why_grown

_BETWEEN_SENTENCES = re.compile(r"(?<=\S[.?!]) (?=[^\W\d])")


def sentence(moment: Moment) -> str:
    """What to look at now."""
    if moment.complete and moment.edits:
        return f"From here on {'; '.join(edit_text(edit, moment.ahead) for edit in moment.edits)}."
    if not moment.step and (reason := out_of_reach(moment.ahead)):
        return safe(f"The goal is out of reach: {reason}.")
    if not moment.step:
        said = moment.experiment.watch or " · ".join(reversed(moment.experiment.data.notes))
        return safe(said) or "Press . for a phase, space for a whole sample, p to play."
    return _SENTENCES[moment.phase.kind](moment)


def opening(text: str, columns: int) -> str:
    """As many whole sentences of the text as fit, else the first up to its colon; all of it if not even that fits."""
    sentences = _BETWEEN_SENTENCES.split(text)
    openings = [" ".join(sentences[:count]) for count in range(len(sentences), 0, -1)]
    if sentences[0].endswith("."):  # notes on data do not, and say nothing up to a colon
        openings.append(f"{sentences[0].partition(': ')[0].removesuffix('.')}.")
    return next((opening for opening in openings if width(opening) <= columns), text)


def _names(moment: Moment, layer: int) -> list[str]:
    return [safe(name) for name in moment.experiment.unit_names(layer)]


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _few(names: list[str], most: int = 6) -> str:
    return _listed(names) if len(names) <= most else f"{', '.join(names[:most])} and {len(names) - most} more"


def _input(moment: Moment) -> str:
    x = _known(moment.activation(0))
    values = [f"{name}={short(value)}" for name, value in zip(_names(moment, 0), x.tolist(), strict=True)]
    return f"Sample #{moment.sample} goes in: {_few(values)}."


def _sum(moment: Moment) -> str:
    layer = moment.phase.layer
    below = "x" if layer == 1 else f"a{layer - 1}" if moment.experiment.network.depth > 2 else "a"
    biased = bool(moment.experiment.initial.biases)
    bias, b = (", plus its bias", f" + b{layer}") if biased else ("", "")
    units = "The output" if layer == moment.experiment.network.depth else "Each hidden unit"
    return f"{units} adds up value × weight{bias}: z = {below}·W{layer}{b}."


def _activate(moment: Moment) -> str:
    layer, experiment = moment.phase.layer, moment.experiment
    if layer == experiment.network.depth:
        return _predict(moment)
    activation, shut = experiment.network.activation(layer), _shut(moment, layer)
    if activation.gated and not shut:
        return "Every sum is above 0: all of them pass unchanged."
    units = _few(shut) if shut else ""
    gates = f"the gate of {units} shuts" if len(shut) == 1 else f"the gates of {units} shut"
    return activation.says.format(units=units, gates=gates)


def _shut(moment: Moment, layer: int) -> list[str]:
    z = _known(moment.sum(layer))
    return [name for name, value in zip(_names(moment, layer), z.tolist(), strict=True) if value <= 0]


def _predict(moment: Moment) -> str:
    prediction, raw = _known(moment.prediction), _known(moment.activation(moment.experiment.network.depth))
    if len(prediction) > 1:
        return f"The prediction: {_few([short(value) for value in prediction.tolist()])}."
    decimals = moment.experiment.training.round
    if decimals is None:
        return f"The prediction is {short(prediction[0])}."
    exact = fixed(raw[0]).strip().removeprefix("+")
    return f"The prediction is {exact}, rounded to {full(prediction[0])} (round = {decimals})."


def _error(moment: Moment) -> str:
    prediction, target = _known(moment.prediction), _known(moment.target)
    network = moment.experiment.network
    delta = of_delta(moment, Unit(network.depth, 0), 1)
    rule = "" if network.output.joint else f"{delta.formula} = "
    if len(target) > 1:
        flows = f"δ{f' = {delta.formula}' if rule else ''} flows back from each output"
        return f"{flows}; reported error {short(moment.error or 0.0)}."
    if moment.error == 0:
        training = moment.experiment.training
        alone = training.batch == 1 and not penalised(training) and not OPTIMIZERS[training.optimizer].memory
        unchanged = " and no weight changes" if alone else ""
        return f"{full(prediction[0])} is right: the error is 0, so nothing flows back{unchanged}."
    direction = "too high" if prediction[0] > target[0] else "too low"
    said, meant = (short(value) for value in (prediction[0], target[0]))
    if said == meant:
        said, meant = full(prediction[0]), full(target[0])
    return (
        f"{said} should be {meant}: {direction}. "
        f"δ = {rule}{fixed(delta.result).strip()} flows back; reported error {short(moment.error or 0.0)}."
    )


def _upstream(moment: Moment) -> str:
    layer = moment.phase.layer
    upstream, names = _known(moment.upstream(layer)), _names(moment, layer)
    if not upstream.any():
        return f"No error flows back through W{layer + 1}, so no unit gets any blame."
    most = int(np.nanargmax(np.abs(upstream))) if np.isfinite(upstream).any() else 0
    blame = f"Most: {names[most]} ({fixed(upstream[most]).strip()})."
    text = f"δ flows back through W{layer + 1}: each unit is blamed through its weights. {blame}"
    spared = [name for name, value in zip(names, upstream.tolist(), strict=True) if value == 0]
    return text + (f" None: {_few(spared)}." if spared else "")


def _mask(moment: Moment) -> str:
    layer = moment.phase.layer
    mask, names = _known(moment.mask(layer)), _names(moment, layer)
    blocked = [name for name, value in zip(names, mask.tolist(), strict=True) if value == 0]
    if blocked and moment.experiment.network.activation(layer).gated:
        were = "was" if len(blocked) == 1 else "were"
        return f"δ = upstream × f′(z): {_few(blocked)} {were} shut, so the error stops there."
    if blocked:
        return f"δ = upstream × f′(z): the slope of {_few(blocked)} is 0, so the error stops there."
    if (mask == 1).all():
        return "δ = upstream × f′(z): every slope is 1, so all of the error passes."
    low, high = short(float(mask.min())), short(float(mask.max()))
    share = low if low == high else f"{low} to {high}"
    return f"δ = upstream × f′(z): the slopes let {share} of the error pass."


def _gradient(moment: Moment) -> str:
    average = f" It is averaged over {len(moment.samples)} samples." if len(moment.samples) > 1 else ""
    return f"A weight's gradient is the value below it × the δ above it: ∂E/∂W = a·δ.{average}"


def _update(moment: Moment) -> str:
    if not moment.finite:
        return f"The run has diverged: some weights are no longer finite ({why_grown(moment.ahead.data)})."
    rate, network = short(moment.experiment.training.rate), moment.experiment.network
    of = network.trained.stop
    what = "parameter" if of > network.weight_count else "weight"
    moved = int(np.count_nonzero(moment.after.flat != moment.before.flat))
    training = moment.experiment.training
    plain = OPTIMIZERS[training.optimizer].straight and not penalised(training)
    penalty = ", with the weight penalty" if penalised(training) else ""
    by = f"−{rate} × its gradient" if plain else f"the step of {training.optimizer}{penalty}"
    text = f"Each {what} changes by {by}: {moved} of {of} changed." if moved else "No weight changes."
    if moment.order < moment.experiment.steps_per_epoch:
        return text
    converged = moment.converged_at == moment.epoch
    how = f"converged ({goal(moment)})" if converged else f"ends with error {short(moment.epoch_error or 0.0)}"
    last = f"The last update changed {moved} of {of} {what}s." if moved else text
    return f"Epoch {moment.epoch:,} {how}. {last}"


def goal(moment: Moment) -> str:
    """What the run had to reach."""
    training = moment.experiment.training
    if training.goal == ALL_RIGHT:
        return "every answer right"
    return f"error ≤ {short(training.stop)}" if training.stop else "error 0"


def _known(values: Array | None) -> Array:
    assert values is not None
    return values


_SENTENCES = {
    "input": _input,
    "sum": _sum,
    "activate": _activate,
    "error": _error,
    "upstream": _upstream,
    "mask": _mask,
    "gradient": _gradient,
    "update": _update,
}
