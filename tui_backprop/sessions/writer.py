"""A session as text: what is trained, from which weights, what was edited, and where the cursor stands.

A run is a pure function of these, so a resumed session has the same bits as the one that was saved, and its
size does not depend on how long it was. The text is JSON with one key per line. Floats are written as Python's
`repr`, which reads back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import numpy as np

from tui_backprop.core.experiment import Data, Experiment
from tui_backprop.core.run.moment import Moment, Snapshot
from tui_backprop.errors import BackpropError
from tui_backprop.experiments.features import Expansion

FORMAT = "tui-backprop session"
VERSION = 4
"""The version that is written, and with it the arithmetic. Version 1 had no edits and no branches; up to version 2
exponentials were NumPy's, powers the C library's, and the sums of all mini-batches matrix products; up to version 3
sines and the normal numbers of `gauss` were the C library's."""
LARGEST = 64 * 2**20
"""The most bytes of a session."""
LARGEST_DATA = 5 * 2**20
"""Bytes up to which samples from a CSV file are written into the session; beyond, the file's path is."""
_LONGEST = 30
"""The most bytes that a number takes, with its brackets."""
_MOST_PARAMETERS = LARGEST // 25
"""The most parameters that fit: 25 bytes hold any of them as text."""
INITIAL = ("weights", "biases")
"""Keys of a session's initial parameters."""
DERIVED = frozenset({"csv", "generator", "features", "test", "standardise", "standardise_targets"})
"""Keys of [data] that change the samples given there."""


def encode(moment: Moment | Snapshot, body: str, saved: datetime) -> bytes:
    """The session that stands at `moment`; `body` is `encode_body` of its experiment, made once for many saves."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "saved": saved.isoformat(),
        "experiment": _plain(moment.base.name),
        "cursor": {"step": moment.step, "phase": moment.phase},
        "present": moment.present,
        "branches": [_plain(asdict(branch)) for branch in moment.branches],
    }
    data = f"{{\n{_lines(head)},\n{body}\n}}\n".encode("ascii")
    if len(data) > LARGEST:
        raise _too_large()
    return data


def encode_body(experiment: Experiment) -> str:
    """The part of a session that stays the same while the cursor moves.

    The initial parameters are left out of the definition. Samples are written out as they are learned, so that the
    session needs neither the file nor the formula that they came from; very many are not, but named with a checksum.
    """
    if experiment.network.size > _MOST_PARAMETERS:
        raise _too_large()
    definition = {"title": experiment.title, **experiment.definition}
    unsaid = (*INITIAL, "orientation")  # the initial parameters are written as they are kept
    definition["network"] = {key: value for key, value in definition["network"].items() if key not in unsaid}
    body: dict[str, Any] = {"definition": definition, "target_names": experiment.data.target_names}
    if experiment.data.standardised:
        body["standardised"] = True
    scales = {"inputs": experiment.data.input_scale, "targets": experiment.data.target_scale}
    if any(scales.values()):
        body["scales"] = {key: (scale.mean, scale.deviation) for key, scale in scales.items() if scale is not None}
    if experiment.data.notes:
        body["notes"] = experiment.data.notes
    expansion = experiment.data.expand
    if isinstance(expansion, Expansion):  # else maps of the plane could not be made of samples alone
        scale = expansion.scale
        scaled = {} if scale is None else {"scale": (scale.mean, scale.deviation)}
        body["features"] = {"names": expansion.names, **scaled}
    if DERIVED.intersection(definition["data"]):
        data = _inline(experiment.data)
        if data is None:
            body["data_sha256"] = checksum_of(experiment.data)
        else:
            definition["data"] = data
    body["initial"] = {key: list(getattr(experiment.initial, key)) for key in INITIAL}
    return _lines(_plain(body))


def needs_its_file(body: str) -> bool:
    """Whether a session with this body needs the file of its samples, as it was."""
    return '\n"data_sha256": ' in body


def _inline(data: Data) -> dict[str, Any] | None:
    """Samples as in an experiment file; None if there are very many."""
    parts = (data,) if data.test is None else (data, data.test)
    count = sum(part.inputs.size + part.targets.size for part in parts)
    if len("0.0,") * count > LARGEST_DATA:
        return None
    listed = [{"inputs": part.inputs.tolist(), "targets": part.targets.tolist()} for part in parts]
    inlined = {**listed[0], "names": list(data.input_names), **({"test": listed[1]} if listed[1:] else {})}
    fits = len(json.dumps(inlined["names"])) + _LONGEST * count < LARGEST_DATA  # to write them all twice takes a while
    return inlined if fits or len(json.dumps(inlined)) <= LARGEST_DATA else None


def checksum_of(data: Data) -> str:
    """Of all inputs and targets, those of the test set too, as hexadecimal digits."""
    import hashlib  # slow to import, and only large data need it

    digest = hashlib.sha256(data.inputs.tobytes() + data.targets.tobytes())
    if data.test is not None:
        digest.update(data.test.inputs.tobytes() + data.test.targets.tobytes())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """What JSON can express: a definition made in Python may hold tuples, arrays and lone surrogates."""
    if isinstance(value, Mapping):
        return {_plain(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, list | tuple):
        return value if {*map(type, value)} <= {int, float} else [_plain(entry) for entry in value]
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


def _lines(values: Mapping[str, Any]) -> str:
    return ",\n".join(f"{json.dumps(key)}: {json.dumps(value, allow_nan=False)}" for key, value in values.items())


def _too_large() -> BackpropError:
    return BackpropError(f"it would take more than {LARGEST // 2**20} MB")
