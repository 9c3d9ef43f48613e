"""`tui-backprop serve` as a process of its own, its visitors, and the programs that it runs for them."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp

from tests.cli.program import COMMAND
from tests.patience import LIMIT, wait_until


@contextmanager
def served(
    *arguments: str, environment: Mapping[str, str | None] | None = None
) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server's port, and its process; `environment` has changes to that of the tests, None for what goes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*COMMAND, "serve", *arguments, "--port", str(port)]
    changed = {**os.environ, **(environment or {})}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={name: value for name, value in changed.items() if value is not None},
    )
    try:
        wait_until(lambda: reached("127.0.0.1", port) or process.poll() is not None)
        assert process.poll() is None
        yield port, process
    finally:
        process.kill()
        process.communicate()


def reached(host: str, port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((host, port)) == 0


def address(port: int, columns: int = 80, rows: int = 24, theme: str = "") -> str:
    """Where a page's program connects to."""
    return f"ws://127.0.0.1:{port}/ws{theme and '/'}{theme}?width={columns}&height={rows}"


def letters(received: str) -> str:
    """What is drawn, without spaces and looks."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", received)


async def seen(visitor: aiohttp.ClientWebSocketResponse, text: str) -> str:
    """Receives until a text has come, spaces and looks aside; all that has come."""
    received = ""
    async with asyncio.timeout(LIMIT):
        async for message in visitor:
            if message.type == aiohttp.WSMsgType.BINARY:
                received += message.data.decode("utf-8", "replace")
            if text.replace(" ", "") in letters(received):
                return received
    raise AssertionError(letters(received)[-2000:])


async def has_place(page: str) -> None:
    """Waits until a server lets one more in: a moment after the program of who has left has ended."""
    async with asyncio.timeout(LIMIT), aiohttp.ClientSession() as client:
        while (await client.get(page)).status != 200:
            await asyncio.sleep(0.02)


def programs(server: int) -> set[int]:
    """The processes that a process has started and that have not ended, and those that they have started."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    parents = {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}
    found, seek = set[int](), {server}
    while seek:
        seek = {pid for pid, parent in parents.items() if parent in seek}
        found |= seek
    return found


def runs(pid: int) -> bool:
    """Whether a process has not ended."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip()) and not listed.stdout.startswith("Z")
