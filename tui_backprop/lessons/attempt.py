"""The answers to a page's question so far, and the response to them."""

from __future__ import annotations

from dataclasses import dataclass

from tui_backprop.lessons.answers import hint, judge
from tui_backprop.lessons.arithmetic import number
from tui_backprop.lessons.computed_page import ComputedPage, Prompt
from tui_backprop.lessons.context import Context
from tui_backprop.lessons.lesson import Page, Question
from tui_backprop.lessons.questions import Truth


@dataclass(frozen=True)
class Attempt:
    """The answers to a question, first to last; see `ComputedPage` for the rest."""

    question: Question
    prompt: Prompt
    truth: Truth
    context: Context
    said: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether the last answer was right."""
        return bool(self.said) and judge(self.question, self.truth, self.said[-1])

    @property
    def closed(self) -> bool:
        """Whether no more answers count: one was right, or all tries are used up."""
        return self.right or len(self.said) >= self.prompt.tries

    def verdict(self, revealed: bool) -> str:
        """The response to the answers; with the true answer once it is `revealed`. Empty if there is nothing to say."""
        words, truth = [self._worded(given) for given in self.said], self.truth
        right = _quoted(truth.words) if self.prompt.options else truth.words
        if self.right:
            verdict = f"Right: {right}.{f' At first you said {words[0]}.' if words[1:] else ''}"
        elif revealed:
            said = f"You said {', then '.join(words)}. " if words else ""
            verdict = f"{said}The answer is {right}."
        elif words:
            verdict = f"You said {words[-1]}. {hint(self.question, truth, self.context, self.said[-1])} One more try."
        else:
            return ""
        return f"{verdict} {truth.work}".rstrip() if revealed else verdict

    def _worded(self, given: float) -> str:
        prompt = self.prompt
        return _quoted(prompt.options[prompt.places.index(int(given))]) if prompt.options else number(given, 6)


def _quoted(option: str) -> str:
    """An option as it is quoted in a sentence."""
    return f'"{option}"'


def attempt_at(page: Page, computed: ComputedPage, said: tuple[float, ...]) -> Attempt | None:
    """The attempt with the answers `said` to the page's question; None if there is none, or it has changed since."""
    question, prompt, truth, revealed = page.task, computed.prompt, computed.truth, computed.revealed
    if not isinstance(question, Question) or prompt is None or truth is None or revealed is None:
        return None
    known = all(given in prompt.places for given in said if prompt.options)
    return Attempt(question, prompt, truth, revealed, said if known else ())
