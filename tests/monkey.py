"""A monkey at the keys: `python -m tests.monkey --keys N --seed S [--life L] [--pty]`.

It types, pastes, clicks and resizes in bursts that come in one read, in every experiment, lesson and dialog. Now and
then it comes home, and what the studio holds is computed again from the text of its session: the bits must be the same.
A seed and the number of a life (one start of the studio) give the same keys again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from textual.events import Key, MouseDown, MouseScrollDown, MouseScrollUp, MouseUp, Paste, Resize
from textual.geometry import Size

from tests.emulator import Program
from tests.folders import folders
from tests.sessions.sessions import NOON, bits, resumed, text_of
from tui_backprop import Timeline, load_experiment
from tui_backprop.experiments import preset_names
from tui_backprop.lessons.library import chapter, chapter_names
from tui_backprop.render.spans import plain
from tui_backprop.sessions.reader import decode
from tui_backprop.sessions.store import Record, read
from tui_backprop.studio.app import BackpropApp
from tui_backprop.studio.audience import ALONE, Audience
from tui_backprop.studio.keys import KEYS, LESSON_KEYS
from tui_backprop.studio.panes.network import NetworkPane
from tui_backprop.studio.panes.places import Panes
from tui_backprop.studio.screens.lesson import first_timeline
from tui_backprop.studio.settings import Settings

HANGS = 5.0
"""Seconds of the processor without an answer, or of a clock that other programs slow down this many times:"""
SHARED = 12
LESSON = "nN page"
"""What only the key bar of a lesson says: the palette opens one in the session's place."""
LIFE = 400
"""Keys from one start of the studio to the next."""
FURTHEST = 20_000
"""Steps that are still computed again."""
BYTES = {
    "space": " ", "enter": "\r", "tab": "\t", "shift+tab": "\x1b[Z", "escape": "\x1b", "backspace": "\x7f",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "delete": "\x1b[3~", "f1": "\x1bOP", "f12": "\x1b[24~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
    "full_stop": ".", "comma": ",", "question_mark": "?", "left_square_bracket": "[", "right_square_bracket": "]",
    "colon": ":", "minus": "-",
}  # fmt: skip
ENDS = {"q", "ctrl+q", "ctrl+z"}
PRESSED = [
    *sorted({key.key for key in (*KEYS, *LESSON_KEYS)} - ENDS),
    *sorted(BYTES.keys() - ENDS), *"0123456789abcdefghijklmnoprstuvwxyz",
]  # fmt: skip
OPENING = ["g", "u", "s", "b", "S", "enter", "question_mark", "ctrl+n", "ctrl+p"]
PASTED = ["3", "0,5", "−1", "x.json", "1:0:mask1", "light", "9" * 5000, "\x1b[31m", "é\u0301😀", "../x.toml", "8,6", ""]


@dataclass(frozen=True)
class Act:
    """One thing that comes from the terminal: a key, a paste, a click, a turn of the wheel, another size."""

    kind: str
    text: str = ""
    x: int = 0
    y: int = 0

    def __str__(self) -> str:
        return self.text[:20] if self.kind == "key" else f"{self.kind}({self.text[:20]!r}, {self.x}, {self.y})"


class Monkey:
    """Where it goes in one life, and what it does there."""

    def __init__(self, seed: int, life: int) -> None:
        self._dice = random.Random(f"{seed}:{life}")
        self.preset = self._dice.choice([*preset_names(), "article-random"])
        self.chapter = self._dice.choice(chapter_names()) if self._dice.random() < 0.2 else None
        self.kiosk = self.chapter is None and self._dice.random() < 0.2
        self.motion = life % 2 == 0
        self.last: deque[Act] = deque(maxlen=60)

    def burst(self, most: int = 20) -> list[Act]:
        """What comes in one read."""
        acts = [self._act() for _ in range(self._dice.randint(1, most))]
        if self._dice.random() < 0.15:  # a held key
            acts = [self._act()] * len(acts)
        self.last.extend(acts)
        return acts

    def _act(self) -> Act:
        dice, chance = self._dice, self._dice.random()
        if chance < 0.03:
            columns, rows = dice.choice(
                [(120, 40), (80, 24), (1, 1), (300, 100), (dice.randint(1, 130), dice.randint(1, 45))]
            )
            return Act("size", x=columns, y=rows)
        if chance < 0.06:
            return Act("paste", dice.choice(PASTED))
        if chance < 0.12:
            return Act(
                dice.choice(["click", "click", "wheel"]),
                dice.choice(["up", "down"]),
                dice.randint(0, 119),
                dice.randint(0, 39),
            )
        if chance < 0.3:
            return Act("key", dice.choice(OPENING))
        if chance < 0.31:
            return Act("key", "q")
        return Act("key", dice.choice(PRESSED))


@dataclass
class Tally:
    """What came of it."""

    keys: int = 0
    lives: int = 0
    compared: int = 0
    failures: list[str] = field(default_factory=list)

    def fail(self, what: str, monkey: Monkey, seed: int) -> None:
        """Reports at once what went wrong, and after which keys."""
        where = f"seed {seed} life {self.lives} ({monkey.chapter or monkey.preset}{' kiosk' * monkey.kiosk})"
        self.failures.append(what)
        print(f"{what}\n  {where}, after: {' '.join(map(str, monkey.last))}", flush=True)


# In this process


def post(app: BackpropApp, act: Act) -> None:
    """Hands an act to the application as its driver would."""
    if act.kind == "key":
        character = act.text if len(act.text) == 1 else BYTES.get(act.text, "\x1b")
        app.post_message(Key(act.text, character if len(character) == 1 and character.isprintable() else None))
    elif act.kind == "paste":
        app.post_message(Paste(act.text))
    elif act.kind == "size":
        app.post_message(Resize(Size(act.x, act.y), Size(act.x, act.y)))
    else:
        kinds = (
            (MouseDown, MouseUp) if act.kind == "click" else (MouseScrollUp if act.text == "up" else MouseScrollDown,)
        )
        for kind in kinds:
            app.post_message(kind(None, act.x, act.y, 0, 0, 1, False, False, False, act.x, act.y))


async def answers(app: BackpropApp, condition: Callable[[], bool]) -> bool:
    """Whether a condition comes to hold before the studio hangs: so long without dealing with any of its events."""
    waiting, end, last = -1, 0.0, 0.0
    while app.is_running and not condition():
        if waiting != (waiting := len(app._events._waiting)):
            end, last = time.process_time() + HANGS, time.monotonic() + SHARED * HANGS
        if time.process_time() > end or time.monotonic() > last:
            return False
        await asyncio.sleep(0.002)
    return True


def laid_out(app: BackpropApp) -> bool:
    """Whether the graph has the size of its place: another size or view is laid out after the key is answered."""
    graph = app._studio.query_one(NetworkPane)
    return not graph.display or app._studio.query_one(Panes).keeps_size(graph)


async def come_home(app: BackpropApp) -> bool:
    """Leaves what is open, and stops what is under way."""
    studio = app._studio
    for _ in range(8):
        await asyncio.sleep(0)
        if not await answers(app, lambda: not app._events.busy):
            return False
        at_rest = not (studio._move_queue.busy or studio._in_slices or studio.status)  # not yet arrived
        if not app.is_running or (app.screen is studio and at_rest):
            return True
        post(app, Act("key", "escape"))
    return False


def in_motion(app: BackpropApp) -> str:
    """What is left of a pulse that a key has ended; nothing if the graph is what the moment alone gives."""
    graph = app._studio.query_one(NetworkPane)
    graph.settle()
    columns, rows = graph.size
    if graph.moment is None or not (graph.display and graph.fitted and columns and rows):
        return ""
    wanted = [plain([line]).rstrip() for line in graph.paint(graph.moment, columns, rows)[:rows]]
    shown = [plain([line]).rstrip() for line in graph._lines]
    return "" if shown == wanted + [""] * (rows - len(wanted)) else "the graph is not that of its moment"


async def same_again(app: BackpropApp, record: Record | None) -> str:
    """What differs where the moment is computed again from its session's text; nothing if nothing does."""
    studio = app._studio
    moment = studio.timeline.moment
    if studio.moment is not moment:
        return "the panes show another moment"
    if not await answers(app, lambda: laid_out(app) and not in_motion(app)):
        return in_motion(app) or "the graph has not the size of its place"
    again = resumed(decode(text_of(moment, NOON), "again"))
    if bits(again) != bits(moment) or again.parameters.flat.tobytes() != moment.parameters.flat.tobytes():
        return "the moment is another one, computed again"
    app.save_now()
    if record is not None and record.path is not None and moment.step:
        kept = read(record.path)
        if (kept.step, kept.phase) != (moment.step, moment.phase):
            return f"the session stands at {kept.step} {kept.phase}, the studio at {moment.step} {moment.phase}"
    return ""


async def live(monkey: Monkey, tally: Tally, seed: int, keys: int) -> None:
    """One life of at most `keys` keys."""
    record = None if monkey.kiosk or monkey.chapter else Record()
    if monkey.chapter:
        lesson = chapter(monkey.chapter)
        app = BackpropApp(first_timeline(lesson), Settings(motion=monkey.motion), lesson=lesson)
    else:
        audience = Audience(kiosk=True) if monkey.kiosk else ALONE
        settings = Settings(motion=monkey.motion)
        app = BackpropApp(Timeline(load_experiment(monkey.preset)), settings, audience=audience, record=record)
    end = tally.keys + keys
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app._studio.query_one(
            NetworkPane
        ).clock = count().__next__  # every move comes after a quiet second: it has a pulse
        while tally.keys < end and app.is_running:
            acts = monkey.burst(min(20, end - tally.keys))
            tally.keys += len(acts)
            for act in acts:
                post(app, act)
            await asyncio.sleep(0)
            if not await answers(app, lambda: not app._events.busy):
                return tally.fail("hangs", monkey, seed)
            if tally.keys % 5 == 0 or tally.keys >= end:
                if not await come_home(app):
                    return tally.fail("does not come home", monkey, seed)
                moment = app._studio.timeline.moment
                steps = sum(branch.step for branch in moment.branches)
                if app.is_running and steps < FURTHEST and moment.finite:
                    tally.compared += 1
                    if revealed := await same_again(app, record):
                        tally.fail(revealed, monkey, seed)
    if record is not None:
        record.close()
    return None


# In a terminal


def sent(act: Act) -> str:
    """The bytes that a terminal sends."""
    if act.kind == "key":
        return BYTES.get(act.text, act.text)
    if act.kind == "paste":
        return f"\x1b[200~{act.text}\x1b[201~" if "\x1b" not in act.text else act.text
    place = f";{act.x + 1};{act.y + 1}"
    return f"\x1b[<0{place}M\x1b[<0{place}m" if act.kind == "click" else f"\x1b[<{64 + (act.text == 'down')}{place}M"


def resize(program: Program, columns: int, rows: int) -> None:
    """Another size, without waiting for what it leads to."""
    program.screen.resize(rows, columns)
    program._set_size(columns, rows)


def go_home(program: Program) -> str:
    """Leaves what is open, and ends; the step that was shown last, if one was, and not by a lesson."""
    if program._process.poll() is not None:
        return ""
    resize(program, 120, 40)
    for _ in range(5):
        program.keys("\x1b")
        program.settle(limit=HANGS)
    shown = None if LESSON in program.text else re.search(r"step ([\d,]+)  ", program.text)
    program.keys("\x11")
    return shown[1].replace(",", "") if shown else ""


def live_in_terminal(monkey: Monkey, tally: Tally, seed: int, keys: int) -> None:
    """The same with the program in a pseudo-terminal, whose session is read when it has ended."""
    arguments = ["learn", monkey.chapter] if monkey.chapter else [monkey.preset, *["--kiosk"] * monkey.kiosk]
    end = tally.keys + keys
    with Program(*arguments, columns=120, rows=40, first="") as program:
        program.until(lambda: b"\x1b[?1049h" in program.received)  # before that ctrl+c is the shell's
        program.settle()
        while tally.keys < end and program._process.poll() is None:
            acts = monkey.burst(min(20, end - tally.keys))
            tally.keys += len(acts)
            for act in acts:
                if act.kind == "size":
                    resize(program, act.x, act.y)
            program.keys("".join(sent(act) for act in acts if act.kind != "size"))
            program.read(0.02)
        shown = go_home(program)
        code = program.end()
        left = b"\x1b[?1049l" in program.received
    if code != 0 and not (code in (130, -signal.SIGINT) and left):  # after that ctrl+c is the shell's again
        tally.fail("hangs" if code is None else f"ended with {code}: {program.text[-400:]}", monkey, seed)
    elif shown and not monkey.chapter and not monkey.kiosk:
        tally.compared += 1
        session = read(max(sessions(), key=lambda path: path.stat().st_mtime))
        if session.step != int(shown):
            tally.fail(f"the session stands at step {session.step}, the screen at {shown}", monkey, seed)
        if session.step < FURTHEST:
            resumed(session)


def sessions() -> list[Path]:
    """All files of sessions."""
    return [*Path(os.environ["XDG_STATE_HOME"]).rglob("sessions/*.json")]


def play(keys: int, seed: int, life: int = 0, in_terminal: bool = False) -> Tally:
    """As many keys as asked, in as many lives as it takes; the files it makes go to a folder that goes with it."""
    tally = Tally(lives=life)
    here = Path.cwd()
    with folders() as folder:
        os.chdir(folder)
        try:
            while tally.keys < keys:
                monkey = Monkey(seed, tally.lives)
                os.environ["XDG_CONFIG_HOME"] = str(folder / f"settings-{tally.lives}")
                most = min(LIFE, keys - tally.keys)
                try:
                    if in_terminal:
                        live_in_terminal(monkey, tally, seed, most)
                    else:
                        asyncio.run(live(monkey, tally, seed, most))
                except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
                    tally.fail("".join(traceback.format_exception(error))[-3000:], monkey, seed)
                tally.lives += 1
        finally:
            os.chdir(here)
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--life", type=int, default=0, help="the number of the first life")
    parser.add_argument("--pty", action="store_true", help="type into the program in a pseudo-terminal")
    options = parser.parse_args()
    start = time.monotonic()
    tally = play(options.keys, options.seed, options.life, options.pty)
    print(
        f"{tally.keys:,} keys in {tally.lives - options.life} lives, {tally.compared} times compared, "
        f"{len(tally.failures)} failures, {time.monotonic() - start:.0f} s"
    )
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
