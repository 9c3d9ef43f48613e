"""`tui-backprop sessions`: those that can be resumed, newest first."""

from __future__ import annotations

import argparse

from tui_backprop.cli.streams import complain, print_json
from tui_backprop.errors import one_line
from tui_backprop.sessions.store import entries, folder, shown


def run(options: argparse.Namespace) -> int:
    """Prints a line for each session; returns the exit code."""
    found, wrong = entries()
    if options.format == "json":
        print_json(
            [
                {
                    "name": entry.path.stem,
                    "path": str(entry.path),
                    "saved": entry.head.saved.astimezone().isoformat(timespec="seconds"),
                    "experiment": entry.head.experiment,
                    "step": entry.head.step,
                    "phase": entry.head.phase,
                    "in_use": entry.in_use,
                }
                for entry in found
            ]
        )
    for entry in found if options.format == "text" else ():
        head = entry.head
        when = f"{head.saved.astimezone():%Y-%m-%d %H:%M:%S}"
        text = f"{entry.path.stem:<40} {when}  {head.experiment:<16} {head.step}/{head.phase}"
        print(one_line(text + ("  in use" if entry.in_use else "")))
    for error in wrong:
        complain(f"skipped {error}")
    if not found:
        complain(f"no sessions in {shown(folder())}")
    return 0
