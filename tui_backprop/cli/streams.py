"""Standard streams: completed at the start, JSON on one, a line for what went wrong on another."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # importing typing would double the time that --version takes
if TYPE_CHECKING:
    from typing import Any

PROGRAM = "tui-backprop"


def complete_streams() -> None:
    """Opens streams that the caller closed as empty ones; characters that an output cannot show are escaped."""
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115  # as long as the program runs
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def complain(text: str) -> None:
    """Writes a line to standard error, if that is possible."""
    from tui_backprop.errors import printable

    try:
        print(f"{PROGRAM}: {printable(text)}", file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # as for standard output


def print_json(rows: list[dict[str, Any]]) -> None:
    """Prints a list as JSON, an entry a line."""
    import json

    print("[" + ",\n ".join(json.dumps(row, ensure_ascii=False) for row in rows) + "]")
