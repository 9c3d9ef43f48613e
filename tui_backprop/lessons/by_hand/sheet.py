"""A sheet: figures of steps as written down by a learner, read from text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tui_backprop.core.run.moment import Moment
from tui_backprop.errors import BackpropError, quoted
from tui_backprop.lessons.by_hand.figures import Figure, Names, figures
from tui_backprop.lessons.by_hand.record import figures_of, looks_like_json, records, step_of
from tui_backprop.lessons.by_hand.written import Written, written

LARGEST = 2**22
"""The most bytes of a sheet."""
MOST_STEPS = 10_000
Skip = Callable[[BackpropError], None]
_STEP = re.compile(r"\s*step\s+([0-9]{1,9})\b(?:\W*sample\s*#?([0-9]{1,9})\b)?.*", re.IGNORECASE)
_HEAD = re.compile(r"\s*(.*: by hand(, solved)?|Rate .*Write four decimals.*)\r?\n")
"""How the exercise on paper begins."""
_NO_FIGURE = re.compile(r"\s*(#.*)?|Forward|Backward|(Gradient|Update): .*")
_WORK = re.compile(r"[0-9)]\s*[-+−*×·/(]")
"""Matches arithmetic without its result."""
_LONGEST_LINE, _LONGEST_NAME = 10_000, 300
"""In characters, of a line with several figures, and of a name with signs in it."""
_SIGN = re.compile("[=:]")
"""What separates a name from its value."""
_BETWEEN = re.compile(r"\s*[,;|]\s*|\s*\t\s*|\s{2,}|\s+(?:and|&)\s+|\s")
"""What separates figures in a line; a single blank only those of a kind, as it may also stand between factors."""
_BRACKETED = re.compile(r"[^\W\d][^\s=]*[(\[][^=]*[)\]]\s*[=:].*")
"""What looks like a figure, whether there is one of its name or not."""
_COMMENT = re.compile(r"#(?!\s*[0-9])")
"""How a comment begins; `#3` is a sample."""
_BLANK = re.compile(r"[_\s.?·…–—-]*")


class NoFigureError(BackpropError):
    """No line of the sheet could be read."""


@dataclass(frozen=True)
class Given:
    """A figure as it was written: in which step, as what text, and where in the sheet."""

    step: int
    figure: Figure
    number: Written
    where: str


def steps_of(text: str, sheet: Sequence[Given]) -> list[int]:
    """The steps that a sheet has figures or a heading of, in order."""
    headings = (_STEP.fullmatch(line) for line in text.splitlines())
    return sorted({given.step for given in sheet} | {int(heading[1]) for heading in headings if heading})


def _refuse(error: BackpropError) -> None:
    raise error


def read_sheet(text: str, moment_of: Callable[[int], Moment], first: int = 1, skip: Skip = _refuse) -> list[Given]:
    """The figures of a sheet, in the order in which they are worked out.

    A line is `name = value`, or several of these with commas between them; of several equals signs the last counts, so
    that the way to a number may stand there, too, and ≈ is one. `Step 2` begins another step, `#` a comment. Blanks
    that are not filled in are left out, and so are the head and the headings of the exercise that `worksheet` prints.
    Or it is JSON, as `record` reads it.
    `moment_of` gives the moment of a step; where none is named it is the `first`. `skip` is called for each line that
    cannot be read. Raises `BackpropError` for what is not a sheet, or one of other samples.
    """
    sheet = _Sheet(moment_of, skip)
    if looks_like_json(text):
        sheet.read_records(text, first)
    else:
        sheet.read_lines(text, first)
    if not sheet.found:
        raise NoFigureError("there is no figure in it", "lines such as z(h1) = 0.5")
    return sheet.in_order()


class _Sheet:
    def __init__(self, moment_of: Callable[[int], Moment], skip: Skip) -> None:
        self._moment_of, self._skip = moment_of, skip
        self._names: dict[int, Names] = {}
        self.found: dict[tuple[int, Figure], Given] = {}

    def in_order(self) -> list[Given]:
        """The figures in the order in which the steps are worked out."""
        steps = {step for step, _ in self.found}
        place = {(step, f): n for step in steps for n, f in enumerate(figures(self._moment_of(step)))}
        return sorted(self.found.values(), key=lambda given: (given.step, place[given.step, given.figure]))

    def read_lines(self, text: str, first: int) -> None:
        """Reads figures, one per line."""
        step, head = first, bool(_HEAD.match(text))
        for number, line in enumerate(text.splitlines(), 1):
            where = f"line {number}"
            head = head and line.strip() != "Forward"
            if heading := _STEP.fullmatch(line):
                try:
                    step, head = _known(int(heading[1])), False
                    self._check_sample(step, heading[2])
                except BackpropError as error:
                    raise _located(where, error) from None
            elif not head and not _NO_FIGURE.fullmatch(line):
                for part in self._parts(step, line.replace("≈", "=")):
                    try:
                        self._read_figure(step, part, where)
                    except BackpropError as error:
                        self._skip(_located(where, error))

        if head:
            raise BackpropError("there is no line such as 'Step 1: …'", "it comes before the first figure")

    def _check_sample(self, step: int, named: str | None) -> None:
        """Refuses the heading of a step that names a sample which this step does not take."""
        samples = self._moment_of(step).samples if named else ()
        if named and int(named) not in samples:
            takes = ", ".join(f"#{sample}" for sample in samples[:9]) + ", …" * (len(samples) > 9)
            raise BackpropError(
                f"step {step} takes sample{'s' * (len(samples) > 1)} {takes}, not #{int(named)}",
                "samples are numbered from 0; is this another step or network?",
            )

    def _parts(self, step: int, line: str) -> Iterator[str]:
        """The figures of a line, each with its name."""
        start = 0
        for between in _BETWEEN.finditer(line) if len(line) <= _LONGEST_LINE else ():
            head, rest = line[start : between.start()], line[between.end() :]
            name, value = self._split(step, head)
            inside = len(self._known(step, line[start:])) > between.start() - start
            if not name or inside or not _is_valued(value):
                continue
            other = self._known(step, rest)
            alone = between[0] != " "
            if (alone or self._alike(step, name, other)) if other else alone and _BRACKETED.fullmatch(rest):
                yield head
                start = between.end()
        yield line[start:]

    def _alike(self, step: int, name: str, other: str) -> bool:
        """Whether two names are of figures that cannot be factors of each other: of the same kind and layer."""
        try:
            figures = [self._names[step].find(each) for each in (name, other)]
        except BackpropError:
            return False
        return len({(figure.kind, figure.part.layer) for figure in figures}) == 1

    def _known(self, step: int, text: str) -> str:
        """The name of a figure that a text begins with, before its sign; a name may have such signs in it, too."""
        if step not in self._names:
            self._names[step] = Names(self._moment_of(step))
        names = (text[: sign.start()] for sign in _SIGN.finditer(text[:_LONGEST_NAME]))
        return next((name for name in names if self._names[step].knows(name)), "")

    def _split(self, step: int, text: str) -> tuple[str, str]:
        """A name and the value behind its sign; no name where there is no sign."""
        name = self._known(step, text) or text.partition("=" if "=" in text else ":")[0]
        return (name.rstrip(": \t"), text[len(name) + 1 :]) if name != text else ("", "")

    def _read_figure(self, step: int, text: str, where: str) -> None:
        name, value = self._split(step, text)
        if not name:
            raise BackpropError(f"{quoted(text.strip())} is not a figure", "a line such as z(h1) = 0.5")
        figure = self._names[step].find(name)
        value = _COMMENT.split(value)[0].rpartition("=")[2].partition("#")[0]
        if not _BLANK.fullmatch(value):
            self._take(Given(step, figure, _number(value), where), quoted(name.strip()))

    def read_records(self, text: str, first: int) -> None:
        """Reads records, one per step."""
        found = records(text)
        for order, (number, record) in enumerate(found, first):
            before = f"line {number}: " if len(found) > 1 else ""
            try:
                step = _known(step_of(record, order))
                for figure, value, where in figures_of(record, self._moment_of(step)):
                    given = Given(step, figure, value, before + where)
                    if figure.kind != "a" or (step, figure) not in self.found:
                        self._take(given, where)
                    elif not value.agrees(figure.truth(self._moment_of(step))):  # the last a is raw, too
                        self.found[step, figure] = given
            except BackpropError as error:
                raise _located(before.removesuffix(": "), error) from None

    def _take(self, given: Given, name: str) -> None:
        other = self.found.setdefault((given.step, given.figure), given)
        if other is not given:
            raise BackpropError(f"{name} is given twice", f"the first time in {other.where}")


def _is_valued(value: str) -> bool:
    """Whether the text ends in a number, or is a blank for one."""
    number = value.rpartition("=")[2]
    try:
        return not _COMMENT.search(value) and bool(_BLANK.fullmatch(number) or written(number))
    except BackpropError:
        return False


def _number(text: str) -> Written:
    try:
        return written(text)
    except BackpropError as error:
        if not _WORK.search(text):
            raise
        raise BackpropError(error.message, "write the result after another equals sign") from None


def _known(step: int) -> int:
    if not 1 <= step <= MOST_STEPS:
        raise BackpropError(f"there is no step {step} to check", f"1 to {MOST_STEPS:,}")
    return step


def _located(where: str, error: BackpropError) -> BackpropError:
    return type(error)(f"{where}: {error.message}" if where else error.message, error.hint)
