"""`tui-backprop serve`: the studio in browsers, on this machine only unless told otherwise."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import pytest

from tests.cli.program import COMMAND, assert_refused, program

pytest.importorskip("textual_serve", reason="needs the extra [serve]")


@contextmanager
def served(*arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server's port, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*COMMAND, "serve", *arguments, "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        end = time.monotonic() + 20
        while not reached("127.0.0.1", port):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.communicate(timeout=10)


def reached(host: str, port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((host, port)) == 0


def said(process: subprocess.Popen[str]) -> str:
    """What it has said when it has ended."""
    process.terminate()
    return process.communicate(timeout=10)[1]


def test_it_listens_on_this_machine_only_and_says_so() -> None:
    with served() as (port, process):
        assert not reached("127.0.0.2", port)  # another address of this machine, as good as one of its network's
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read().decode()
        assert f"ws://127.0.0.1:{port}/ws" in page
        assert f"only this machine can reach 127.0.0.1:{port}" in said(process)


def test_it_says_what_it_means_to_listen_elsewhere() -> None:
    with served("--host", "0.0.0.0") as (port, process):
        assert reached("127.0.0.2", port)
        assert f"anyone on the network can use 0.0.0.0:{port}" in said(process)


async def test_a_visitor_steps_through_a_kiosk_of_their_own() -> None:
    with served("xor") as (port, _):
        async with aiohttp.ClientSession() as client:
            address = f"ws://127.0.0.1:{port}/ws?width=80&height=24"
            async with client.ws_connect(address) as one, client.ws_connect(address) as other:
                await seen(one, "nothing computed yet")
                await one.send_json(["stdin", " "])
                await seen(one, "step 1")
                await seen(other, "nothing computed yet")  # not what the first visitor does


async def seen(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    """Receives until a text has come, spaces and looks aside."""
    received = ""
    async with asyncio.timeout(20):
        async for message in socket:
            if message.type == aiohttp.WSMsgType.BINARY:
                received += message.data.decode("utf-8", "replace")
            if text.replace(" ", "") in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", received):
                return
    raise AssertionError(received)


def test_a_mistake_is_told_at_once() -> None:
    assert_refused(program("serve", "nowhere"), "nowhere")
