"""`tui-backprop serve`: the studio in browsers, on this machine only unless asked otherwise."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("textual_serve", reason="needs the extra [serve]")

import aiohttp
import pytest_asyncio

from tests.cli.program import COMMAND, assert_refused, program
from tests.cli.served import address, has_place, letters, programs, reached, runs, seen, served
from tests.patience import LIMIT, wait_until
from tests.terminal.test_size import megabytes

pytestmark = pytest.mark.slow

START = "nothing computed yet"
WHITE, NEARLY_BLACK = "48;2;255;255;255", "48;2;18;18;18"


@pytest_asyncio.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def said(process: subprocess.Popen[str]) -> str:
    """What it has said when it has ended."""
    process.terminate()
    return process.communicate(timeout=LIMIT)[1]


def test_it_listens_on_this_machine_only_and_says_so() -> None:
    with served() as (port, process):
        assert not reached("127.0.0.2", port)  # another address of this machine, as good as one of its network's
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=LIMIT).read().decode()
        assert f"ws://127.0.0.1:{port}/ws" in page
        assert f"only this machine can reach 127.0.0.1:{port}" in said(process)


def test_it_says_what_it_means_to_listen_elsewhere() -> None:
    with served("--host", "0.0.0.0") as (port, process):
        assert reached("127.0.0.2", port)
        assert f"anyone on the network can use 0.0.0.0:{port}" in said(process)


@pytest.mark.parametrize(
    "request_", [b"hello\r\n\r\n", b"\x16\x03\x01\x00\xff", b"GET / HTTP/1.1\r\nX: " + b"a" * 10_000]
)
def test_what_is_not_a_request_is_refused_without_a_traceback(request_: bytes) -> None:
    with served() as (port, process):
        with socket.create_connection(("127.0.0.1", port), LIMIT) as visitor:
            visitor.sendall(request_ + b"\r\n\r\n")
            assert b" 400 " in visitor.recv(1000)
        assert len(said(process).splitlines()) == 1  # where it listens


def test_an_address_that_is_taken_is_reported_in_a_line() -> None:
    with served() as (port, _):
        done = program("serve", "--port", str(port))
        assert done.returncode == 2
        assert f"127.0.0.1:{port}: Address already in use" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nowhere",), "nowhere"),
        (("-",), "a preset's name or a TOML file"),
        (("--learn", "99"), "99"),
        (("xor", "--learn", "1"), "leave out EXPERIMENT"),
        (("--theme", "ansi"), "--theme"),
        (("--visitors", "0"), "--visitors"),
        (("--port", "65536"), "--port"),
    ],
)
def test_a_mistake_is_reported_at_once(arguments: tuple[str, ...], word: str) -> None:
    assert_refused(program("serve", *arguments), word)


async def test_visitors_step_through_kiosks_of_their_own(client: aiohttp.ClientSession) -> None:
    with served("xor") as (port, _):
        async with client.ws_connect(address(port)) as one, client.ws_connect(address(port)) as other:
            await seen(one, START)
            await one.send_json(["stdin", " "])
            await seen(one, "step 1")
            await seen(other, START)  # not what the first visitor does


async def test_what_is_not_a_message_is_ignored(client: aiohttp.ClientSession) -> None:
    with served("xor") as (port, process):
        async with client.ws_connect(address(port)) as visitor:
            await seen(visitor, START)
            for text in ("garbage", "[]", "{}", '["stdin"]', '["resize", {"width": "x"}]', "[" * 100_000):
                await visitor.send_str(text)
            await visitor.send_bytes(b"\xff")
            await visitor.send_json(["stdin", "\ud800 "])
            await seen(visitor, "step 1")
        assert said(process).count("\n") == 1


async def test_what_is_not_a_key_is_ignored(client: aiohttp.ClientSession) -> None:
    with served("xor") as (port, _):
        async with client.ws_connect(address(port)) as visitor:
            await seen(visitor, START)
            for report in ("", "\x1b[32;1:3u", "\x1b[1114112u", "\x1b[<0;5M", "\x1b]11;rgb:2020/2020/2020\x1b\\"):
                await visitor.send_json(["stdin", report])
            await visitor.send_json(["stdin", " "])
            await seen(visitor, "step 1")
            await visitor.send_json(["stdin", "\x1b[32;1:2u"])
            assert "step 3" not in letters(await seen(visitor, "step 2"))


async def test_a_page_of_any_size_takes_little_memory(client: aiohttp.ClientSession) -> None:
    with served("xor") as (port, process):
        async with client.ws_connect(address(port, 10**9, 10**9)) as visitor:
            await seen(visitor, START)
            for size in (10**9, -1, 10**9):
                await visitor.send_json(["resize", {"width": size, "height": size}])
            await visitor.send_json(["stdin", " "])
            await seen(visitor, "step 1")
            assert all(megabytes(pid) < 150 for pid in programs(process.pid))


# Looks


@pytest.mark.parametrize(
    "surroundings",
    [
        {"TERM": None},
        {"TERM": "xterm"},
        {"TERM": "dumb"},
        {"TERM": "linux", "NO_COLOR": "1"},
        {"TERM": "xterm-256color", "COLORTERM": None, "LC_ALL": "POSIX"},
    ],
)
async def test_a_browser_has_all_colours_and_characters_whatever_the_server_has(
    surroundings: dict[str, str | None], client: aiohttp.ClientSession
) -> None:
    with served("xor", environment=surroundings) as (port, _):
        async with client.ws_connect(address(port, 120, 40)) as visitor:
            received = await seen(visitor, START)
            assert NEARLY_BLACK in received
            assert "─" in received


@pytest.mark.parametrize(
    ("options", "taste", "background"),
    [
        ((), "", NEARLY_BLACK),
        ((), "light", WHITE),
        ((), "purple", NEARLY_BLACK),
        (("--theme", "light"), "dark", WHITE),
        (("--theme", "dark"), "light", NEARLY_BLACK),
    ],
)
async def test_the_theme_is_the_servers_or_the_browsers(
    options: tuple[str, ...], taste: str, background: str, client: aiohttp.ClientSession
) -> None:
    with served("xor", *options) as (port, _):
        async with client.ws_connect(address(port, theme=taste)) as visitor:
            assert background in await seen(visitor, START)


# What is served


async def test_a_chapter_is_served(client: aiohttp.ClientSession, state_home: Path) -> None:
    with served("--learn", "2") as (port, _):
        async with client.ws_connect(address(port, 160, 40)) as visitor:
            await seen(visitor, "Before we go on")
            await visitor.send_json(["stdin", "n"])
            await seen(visitor, "it stays as it is")
            await visitor.send_json(["stdin", "n"])
            await seen(visitor, "Four units in the middle")
    assert list(state_home.rglob("*.json")) == []  # where somebody is, is nobody else's


async def test_a_lesson_of_ones_own_is_served(client: aiohttp.ClientSession, tmp_path: Path) -> None:
    lesson = tmp_path / "mine.md"
    assert program("learn", "--new", str(lesson)).returncode == 0
    with served("--learn", str(lesson)) as (port, _):
        async with client.ws_connect(address(port, 160, 40)) as visitor:
            await seen(visitor, "The first page")


# Who is served


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.example", "http://127.0.0.1:1", "null", "http://localhost:{port}"]
)
async def test_another_servers_page_is_refused(origin: str, client: aiohttp.ClientSession) -> None:
    with served() as (port, process):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.ws_connect(address(port), origin=origin.format(port=port))
        assert refused.value.status == 403
        assert programs(process.pid) == set()


async def test_its_own_page_is_served(client: aiohttp.ClientSession) -> None:
    with served() as (port, _):
        async with client.ws_connect(address(port), origin=f"http://127.0.0.1:{port}") as visitor:
            await seen(visitor, START)


async def test_when_all_places_are_taken_others_are_asked_to_come_later(client: aiohttp.ClientSession) -> None:
    with served("--visitors", "2") as (port, process):
        async with client.ws_connect(address(port)) as one:
            await seen(one, START)
            async with client.ws_connect(address(port)) as two:
                await seen(two, START)
                async with client.get(f"http://127.0.0.1:{port}/") as page:
                    assert page.status == 503
                    assert "try again later" in await page.text()
                with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                    await client.ws_connect(address(port))
                assert refused.value.status == 503
                assert len(programs(process.pid)) == 2
            await has_place(f"http://127.0.0.1:{port}/")
            assert len(programs(process.pid)) == 1
            async with client.ws_connect(address(port)) as three:
                await seen(three, START)


# The end


async def test_a_visitor_who_quits_hears_that_it_is_over(client: aiohttp.ClientSession) -> None:
    with served() as (port, process):
        async with client.ws_connect(address(port)) as visitor:
            await seen(visitor, START)
            await visitor.send_json(["stdin", "q"])
            await over(visitor)
        wait_until(lambda: not programs(process.pid))


async def test_a_visitor_whose_program_dies_hears_that_it_is_over(client: aiohttp.ClientSession) -> None:
    with served() as (port, process):
        async with client.ws_connect(address(port)) as visitor:
            await seen(visitor, START)
            [program] = programs(process.pid)
            os.kill(program, signal.SIGKILL)
            await over(visitor)


async def over(visitor: aiohttp.ClientWebSocketResponse) -> None:
    """Receives until the server closes."""
    async with asyncio.timeout(LIMIT):
        async for _ in visitor:
            pass
    assert visitor.closed


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
async def test_programs_end_with_the_server_however_it_ends(
    number: signal.Signals, client: aiohttp.ClientSession
) -> None:
    with served() as (port, process):
        visitors = [await client.ws_connect(address(port)) for _ in range(3)]
        for visitor in visitors[:2]:
            await seen(visitor, START)  # the third one's program may not have started yet, and nobody reads it
        await visitors[1].send_json(["stdin", "p"])
        started = programs(process.pid)
        process.send_signal(number)
        await asyncio.to_thread(process.wait, LIMIT)
        wait_until(lambda: not any(runs(pid) for pid in started))
        for visitor in visitors:
            await over(visitor)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
async def test_the_server_ends_without_waiting_for_a_program_that_does_not_answer(
    client: aiohttp.ClientSession,
) -> None:
    with served() as (port, process):
        async with client.ws_connect(address(port)) as visitor:
            await seen(visitor, START)
            [program] = programs(process.pid)
            os.kill(program, signal.SIGSTOP)
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, LIMIT)
            wait_until(lambda: not runs(program))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no ps")
def test_a_program_ends_when_nothing_can_come_from_its_server() -> None:
    environment = {**os.environ, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"}
    process = subprocess.Popen(
        [*COMMAND, "xor", "--play"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert process.stdin is not None
    assert process.stdout is not None
    received = b""
    while "forward" not in letters(received.decode("utf-8", "replace")):  # it may have left the start by then
        received += os.read(process.stdout.fileno(), 2**16)
    process.stdin.close()
    process.stdout.close()  # so that it writes to nobody
    assert process.wait(LIMIT) == 129
