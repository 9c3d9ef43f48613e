"""What visitors of a served studio cost: `python -m tests.benchmarks.visitors [--visitors 50] [--keys 10]` on Linux.

Memory is proportional (PSS): what programs share is counted once. Times of starting and of keys are those of this
machine while all start, or type, at once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path

import aiohttp

from tests.cli.served import address, letters, programs, served

IDLE = 5.0
"""Seconds in which nobody does anything."""
_TICK = os.sysconf("SC_CLK_TCK")


def memory(pids: Iterable[int]) -> float:
    """MB of all of them."""
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() for pid in pids]
    return sum(int(line.split()[1]) for lines in rollups for line in lines if line.startswith("Pss:")) / 1024


def processor(pids: Iterable[int]) -> float:
    """Seconds of processor that all of them have had."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split() for pid in pids]
    return sum(int(each[11]) + int(each[12]) for each in fields) / _TICK


class Visitor:
    """Somebody who sees all that comes, as a browser does."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._received = ""
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            self._received += message.data.decode("utf-8", "replace")
            self._news.set()

    async def sees(self, text: str) -> None:
        """Waits for a text, and forgets what came until then."""
        while text.replace(" ", "") not in letters(self._received):
            assert not self._reading.done(), "the visit is over"
            self._news.clear()
            await self._news.wait()
        self._received = ""

    async def types(self, keys: int) -> float:
        """The longest time from a key to its picture."""
        longest = 0.0
        for step in range(1, keys + 1):
            begin = time.monotonic()
            await self._socket.send_json(["stdin", " "])
            await self.sees(f"step {step}")
            longest = max(longest, time.monotonic() - begin)
        return longest


async def come(client: aiohttp.ClientSession, port: int) -> tuple[Visitor, float]:
    """A visitor with a picture, and how long it took."""
    begin = time.monotonic()
    visitor = Visitor(await client.ws_connect(address(port, 120, 40)))
    await visitor.sees("nothing computed yet")
    return visitor, time.monotonic() - begin


async def measure(visitors: int, keys: int) -> None:
    """Prints a line for each figure."""
    with served("article", "--visitors", str(visitors)) as (port, server):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
            came = await asyncio.gather(*(come(client, port) for _ in range(visitors)))
            studios = programs(server.pid)
            start = processor(studios) / visitors
            print(f"{len(studios)} visitors, 120x40, all at once")
            print(f"first picture {min(t for _, t in came):6.1f} s to {max(t for _, t in came):.1f} s")
            print(f"processor     {start:6.2f} s each to start, {processor([server.pid]):.1f} s the server")
            print(f"memory        {memory(studios) / visitors:6.1f} MB each, {memory([server.pid]):.0f} MB the server")
            await asyncio.sleep(IDLE)
            before = processor(studios)
            await asyncio.sleep(IDLE)
            print(f"idle          {processor(studios) - before:6.2f} s of processor in {IDLE:g} s, all together")
            before = processor(studios)
            slowest = max(await asyncio.gather(*(visitor.types(keys) for visitor, _ in came)))
            key = 1000 * (processor(studios) - before) / visitors / keys
            print(f"a key         {key:6.0f} ms of processor; the slowest of {visitors * keys} took {slowest:.1f} s")
            print(f"memory        {memory(studios) / visitors:6.1f} MB each after {keys} keys")
            begin = time.monotonic()
            server.terminate()
            await asyncio.to_thread(server.wait)
            print(f"the end       {time.monotonic() - begin:6.1f} s after SIGTERM")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--keys", type=int, default=10)
    options = parser.parse_args()
    asyncio.run(measure(options.visitors, options.keys))
