"""A lesson's own run of an experiment, untouched by what happens in the studio: where its figures come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tui_backprop.core.backprop import Backprop
from tui_backprop.core.experiment import Experiment
from tui_backprop.core.passes import Pass
from tui_backprop.core.run.moment import Moment
from tui_backprop.core.run.place import parse_place
from tui_backprop.core.run.timeline import Timeline
from tui_backprop.errors import BackpropError
from tui_backprop.experiments import load_experiment
from tui_backprop.lessons.conditions import Condition
from tui_backprop.lessons.lesson import Lesson, Scene

FURTHEST = 100_000
"""The last step of a run that a lesson can use."""
LONGEST_WAIT = 5_000
"""The most phases, or epochs, to wait for a condition without a user."""


@dataclass(frozen=True, eq=False)
class Context:
    """A moment, and the run that it is from. `bug` is the mistake that the page's gradient makes, if any."""

    timeline: Timeline
    moment: Moment
    bug: str = ""

    @property
    def experiment(self) -> Experiment:
        """What is trained."""
        return self.moment.experiment

    def at(self, place: str) -> Context:
        """The context at another moment of the same run."""
        return Context(self.timeline, self.timeline.go(*place_of(place, self.timeline)), self.bug)

    def shown(self, sample: int | None) -> Moment | Pass:
        """The moment, as far as its phase is; of a `sample`, its whole pass under the weights of the moment."""
        return self.moment if sample is None else self.passage(sample)

    def passage(self, sample: int) -> Pass:
        """The pass of any sample under the weights of this moment."""
        if not 0 <= sample < len(self.experiment.data):
            raise BackpropError(f"no sample #{sample}", f"#0 to #{len(self.experiment.data) - 1}")
        backprop = Backprop(self.experiment.network, self.experiment.training)
        np.copyto(backprop.parameters, self.moment.parameters.flat)
        data = self.experiment.data
        with np.errstate(all="ignore"):
            backprop.run(data.inputs[sample : sample + 1], data.targets[sample : sample + 1])
        return Pass(self.experiment.network, 1, backprop.frame.flat.tobytes())


def place_of(text: str, timeline: Timeline) -> tuple[int, str | None]:
    """(step, phase) of a place, or of the end of the epoch that reaches the goal for `converged`."""
    if text != "converged":
        return parse_place(text, timeline)
    timeline.go(step=0)
    most = max(1, FURTHEST // timeline.trainer.steps_per_epoch)
    for epoch, held in timeline.run_epochs(timeline.at_goal, most):
        if held:
            return timeline.epoch_end(epoch), None
    raise BackpropError("this run does not converge", f"within {FURTHEST:,} steps")


def experiment_of(scene: Scene, lesson: Lesson) -> Experiment:
    """The experiment of a page: a preset, or a file beside the lesson's; without the line that says how it ends."""
    path = Path(lesson.folder) / scene.experiment
    if not scene.experiment.endswith(".toml"):
        return replace(load_experiment(scene.experiment, scene.overrides, pipes=False), watch="")
    return replace(load_experiment(str(path), scene.overrides, pipes=False), name=path.stem, watch="")


class LessonRuns:
    """The runs of a lesson, kept while the experiment stays the same: most pages continue where the last one ended."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._timelines: dict[str, Timeline] = {}

    def timeline(self, scene: Scene) -> Timeline:
        """The run of a scene's experiment."""
        key = repr((scene.experiment, scene.overrides))
        if key not in self._timelines:
            self._timelines[key] = Timeline(experiment_of(scene, self._lesson), furthest=FURTHEST)
        return self._timelines[key]

    def context(self, scene: Scene, at: str = "") -> Context:
        """A scene's moment, or another of its run."""
        timeline = self.timeline(scene)
        return Context(timeline, timeline.go(*place_of(at or scene.at, timeline)), scene.bug)

    def wait_for(self, context: Context, condition: Condition) -> Context:
        """The first moment after this one in which a condition holds, phase by phase or epoch by epoch."""
        timeline = context.timeline
        timeline.go(context.moment.step, context.moment.phase if context.moment.step else None)
        move = timeline.next_epoch if condition.of_epochs else timeline.next_phase
        for _ in range(LONGEST_WAIT):
            if condition.holds(move()):
                return Context(timeline, timeline.moment, context.bug)
        raise BackpropError("the condition of this wait does not come true", f"within {LONGEST_WAIT:,} moves")
