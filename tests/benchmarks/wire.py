"""What a key costs on the wire: `python -m tests.benchmarks.wire` prints medians of one run.

Beside our driver stand (a) Textual's own, and (b) a raw program that writes exactly the cells which changed: a
cursor position for each run of them, a colour sequence where the look changes, and the characters. Nothing moves by
itself but where that is measured.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tests.emulator import PLAIN, Program
from tests.folders import folders
from tui_backprop.experiments import preset_names
from tui_backprop.studio.app import SETTLED
from tui_backprop.studio.pace import DEFAULT_PACE, PACES
from tui_backprop.studio.panes.network import QUIET
from tui_backprop.studio.panes.views import VIEWS

KEYS = {"space": " ", ".": ".", "e": "e"}
COUNT = 60
CALM = 0.15
"""Seconds without a byte after which a key has been answered."""
PLAYED = 6.0
"""Seconds of play."""

Picture = list[list[Any]]


def _picture(program: Program) -> Picture:
    screen = program.screen
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def raw_bytes(before: Picture, after: Picture) -> int:
    """Bytes of the raw program: nothing but changed cells."""
    total, look = 0, None
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        run = False
        for x, (was, cell) in enumerate(zip(old, new, strict=True)):
            if was == cell:
                run = False
                continue
            if not run:
                total += len(f"\x1b[{y + 1};{x + 1}H")
                run = True
            if cell[1:] != look:
                look = cell[1:]
                total += len(_colours(cell))
            total += len(cell.data.encode())
    return total


def _colours(cell: Any) -> str:
    codes = [number for number, on in (("1", cell.bold), ("7", cell.reverse)) if on]
    for prefix, colour in (("38;5;", cell.fg), ("48;5;", cell.bg)):
        if colour != "default":
            codes.append(prefix + "123")
    return f"\x1b[0;{';'.join(codes)}m"


def measure(
    columns: int,
    rows: int,
    environment: dict[str, str],
    *arguments: str,
    before_that: tuple[str, ...] = (),
    keys: dict[str, str] = KEYS,
    motion: bool = False,
) -> dict[str, tuple[float, float, float, float]]:
    """By key: medians of bytes, of the raw program's bytes, and of the milliseconds to the first and last byte."""
    found: dict[str, Any] = {}
    arguments = (*arguments, "--motion" if motion else "--no-motion")
    with Program(*arguments, columns=columns, rows=rows, environment=environment) as program:
        for key in before_that:
            program.press(key)
        for name, key in keys.items():
            figures = []
            for _ in range(COUNT):
                if motion:
                    time.sleep(QUIET)  # or there would be no pulse
                before, count, start = _picture(program), len(program.received), time.perf_counter()
                program.keys(key)
                first = last = 0.0
                while program.read(CALM if first else 1.0):
                    last = time.perf_counter() - start
                    first = first or last
                sent = len(program.received) - count
                figures.append((sent, raw_bytes(before, _picture(program)), first * 1000, last * 1000))
            found[name] = tuple(statistics.median(column) for column in zip(*figures, strict=True))
    return found


def run_to_convergence(columns: int, rows: int) -> tuple[int, int]:
    """(epochs, bytes) from the start to convergence, epoch by epoch."""
    with Program(columns=columns, rows=rows) as program:
        count = len(program.received)
        for epoch in range(148):
            program.keys("e")
            program.wait_for(f"epoch {epoch + 1}")
            program.settle(0.05)
        return 148, len(program.received) - count


def moving(columns: int, rows: int) -> None:
    """Prints what a pulse adds to `space`, and what play costs at five samples a second."""
    still, moved = (
        measure(columns, rows, {}, keys={"space": " "}, motion=motion)["space"][0] for motion in (False, True)
    )
    print(f"{columns}x{rows} space with a pulse: {moved:.0f} B, {moved - still:.0f} more")
    pace = next(pace for pace in PACES if pace.unit == "step" and pace.seconds == 0.25)
    with Program(columns=columns, rows=rows) as program:
        program.keys("]" * (PACES.index(pace) - DEFAULT_PACE), "p")
        program.settle(CALM, limit=1.0)
        count, end = len(program.received), time.monotonic() + PLAYED
        while (left := end - time.monotonic()) > 0:
            program.read(left)
        rate = (len(program.received) - count) / PLAYED
    print(f"{columns}x{rows} play: {rate / 1000:.1f} kB a second at {pace.name}, so {5 * rate / 4000:.1f} at five")


def steady(name: str, *arguments: str) -> None:
    """Prints how evenly `space` is answered, to the last byte; the first key, which is often slower, apart."""
    with Program(*arguments, "--no-motion", columns=120, rows=40) as program:
        program.settle()
        times = [_answered(program, " ") for _ in range(COUNT)]
    first, rest = times[0], times[1:]
    middle = statistics.median(rest)
    print(f"{name:<16} first {first:>4.0f} ms   median {middle:>4.0f}   max ÷ median {max(rest) / middle:.2f}")


def _answered(program: Program, key: str) -> float:
    """Milliseconds to the last byte."""
    start = time.perf_counter()
    program.keys(key)
    last = 0.0
    while program.read(CALM if last else 2.0):
        last = time.perf_counter() - start
    return last * 1000


def screens() -> None:
    """Prints how soon a key shows its screen, or its frame, the first time that it is pressed: the best of five."""
    for key, name in {"c": "c", "1": "1", "S": "S", "\x0e": "ctrl+n"}.items():
        found = []
        for _ in range(5):
            with Program("--no-motion", columns=120, rows=40) as program:
                program.press(" ")
                time.sleep(2 * SETTLED)
                program.settle()
                start = time.perf_counter()
                program.keys(key)
                program.read(5.0)
                found.append((time.perf_counter() - start) * 1000)
        print(f"first {name:<8} {min(found):>4.0f} ms to the first byte")


def digits(folder: Path) -> str:
    """The file of 1,797 samples of 64 inputs and ten classes, as large as the digits of scikit-learn."""
    random = np.random.default_rng(0)
    file = folder / "digits.csv"
    rows = [",".join(map(str, (*row, f"d{row.sum() % 10}"))) for row in random.integers(0, 17, (1797, 64))]
    file.write_text("\n".join((",".join((*(f"p{index}" for index in range(64)), "digit")), *rows)) + "\n")
    return str(file)


def large_network(folder: Path) -> str:
    """The file of a 64-32-10 classifier with 300 samples."""
    random = np.random.default_rng(0)
    classes = np.eye(10, dtype=int)[random.integers(0, 10, 300)]
    file = folder / "large.toml"
    file.write_text(
        '[network]\nlayers = [64, 32, 10]\noutput = "softmax"\ninit = "xavier"\n'
        '[training]\nrate = 0.05\nloss = "softmax_cross_entropy"\n'
        f"[data]\ninputs = {random.uniform(0, 1, (300, 64)).round(3).tolist()}\ntargets = {classes.tolist()}\n"
    )
    return str(file)


def views() -> None:
    """Prints what `space` costs with views open, beside the plain studio; and each view for a large network."""
    space = {"space": " "}
    print("\nspace, bytes and ms to the last byte:")
    for name in ("article", "xor", "circle"):
        for columns, rows in ((120, 40), (80, 24)):
            plain = measure(columns, rows, {}, name, keys=space)["space"]
            opened = measure(columns, rows, {}, name, before_that=("1", "2"), keys=space)["space"]
            print(
                f"{name:<9}{columns}x{rows:<4} plain {plain[0]:>6.0f} B {plain[3]:>4.0f} ms   surface and gates "
                f"{opened[0]:>6.0f} B {opened[3]:>4.0f} ms   "
                f"{opened[0] / plain[0]:.2f}, {opened[3] / plain[3]:.2f} times"
            )
    with TemporaryDirectory() as folder:
        file = large_network(Path(folder))
        for keys in ((), *((view.KEY,) for view in VIEWS), ("1", "2")):
            sent, _, first, last = measure(120, 40, {}, file, before_that=keys, keys=space)["space"]
            print(f"64-32-10, views {' '.join(keys) or '-':<4} {sent:>6.0f} B   first, last ms {first:.0f}, {last:.0f}")


def main() -> None:
    """Prints the figures."""
    names = ("size", "key", "ours", "(a)", "(b)", "ours/(a)", "ours/(b)")
    print("{:<8}{:<7}{:>7}{:>8}{:>7}{:>10}{:>10}   first, last ms: ours; (a)".format(*names))
    for columns, rows in ((120, 40), (80, 24)):
        ours, plain = measure(columns, rows, {}), measure(columns, rows, PLAIN)
        for name in KEYS:
            sent, raw, first, last = ours[name]
            theirs = plain[name]
            print(
                f"{columns}x{rows:<4}{name:<7}{sent:>7.0f}{theirs[0]:>8.0f}{raw:>7.0f}{sent / theirs[0]:>10.2f}"
                f"{sent / raw:>10.2f}   {first:.0f}, {last:.0f}; {theirs[2]:.0f}, {theirs[3]:.0f}"
            )
        epochs, total = run_to_convergence(columns, rows)
        print(f"{columns}x{rows} {epochs} epochs, one at a time: {total / 1000:.0f} kB")
        moving(columns, rows)
    for preset in preset_names():
        steady(preset, preset)
    with TemporaryDirectory() as folder:
        steady("digits", "--data", digits(Path(folder)))
    screens()
    views()


if __name__ == "__main__":
    with folders():
        main()
