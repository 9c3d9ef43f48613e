"""What the server does for each visitor, with a small program in the studio's place."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import pytest

pytest.importorskip("textual_serve", reason="needs the extra [serve]")

import aiohttp
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.server import Server

from tests.patience import until
from tui_backprop.cli import server
from tui_backprop.cli.server import StudioServer

PATIENT = [sys.executable, "-c", "import sys; print('__GANGLION__', flush=True); sys.stdin.read()"]
"""A program that says that it has started, and waits until its server has gone."""


@asynccontextmanager
async def visited(*command: str, places: int = 2) -> AsyncIterator[tuple[StudioServer, aiohttp.ClientSession]]:
    server = StudioServer(command or PATIENT, "127.0.0.1", 0, places, None)
    runner = web.AppRunner(await server._make_app())  # aiohttp's TestServer cancels visits, which the real one does not
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession("http://{}:{}".format(*runner.addresses[0])) as client:
            yield server, client
    finally:
        await runner.cleanup()
    await asyncio.sleep(0.05)  # asyncio closes the pipes of programs that have ended, too


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """The programs that were started."""
    found, start = list[Process](), asyncio.create_subprocess_exec

    async def note(*command: str, **options: object) -> Process:
        found.append(await start(*command, **options))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", note)
    return found


async def nobody_there(server: StudioServer) -> None:
    await until(lambda: not server._visitors, "the end of all visits")


async def program_of(started: list[Process]) -> Process:
    await until(lambda: bool(started), "a program")
    return started[0]


async def test_a_visitor_who_leaves_at_once_costs_no_start(started: list[Process]) -> None:
    async with visited(places=1) as (server, client):
        for _ in range(20):
            visitor = await client.ws_connect("/ws")
            assert len(server._visitors) == 1
            await visitor.close()
            await nobody_there(server)
        assert started == []


async def test_a_page_waits_for_nothing(started: list[Process], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FIRST_WORD", 3600)
    async with visited() as (_, client), client.ws_connect("/ws") as visitor:
        await visitor.send_json(["resize", {"width": 80, "height": 24}])  # its first word
        await program_of(started)


async def test_a_visitor_who_leaves_takes_the_program_along(started: list[Process]) -> None:
    async with visited() as (server, client):
        visitor = await client.ws_connect("/ws")
        program = await program_of(started)
        assert program.returncode is None
        visitor._response.connection.transport.abort()  # type: ignore[union-attr]  # without a goodbye
        await nobody_there(server)
        assert program.returncode is not None


async def test_a_place_is_free_again_when_a_program_cannot_be_started() -> None:
    async with visited("/nowhere/at-all") as (server, client):
        visitor = await client.ws_connect("/ws")
        assert (await visitor.receive()).type is aiohttp.WSMsgType.CLOSE
        await nobody_there(server)


async def test_a_page_gets_its_pongs(started: list[Process]) -> None:
    async with visited() as (_, client), client.ws_connect("/ws") as visitor:
        await visitor.send_json(["ping", "17"])
        assert await visitor.receive_json() == ["pong", "17"]


async def test_the_page_needs_no_other_server() -> None:
    async with visited() as (_, client):
        async with client.get("/?fontsize=30") as answer:
            page = await answer.text()
        assert 'data-font-size="30"' in page
        assert "https:" not in page
        for needed in ("css/xterm.css", "js/textual.js", "fonts/RobotoMono-VariableFont_wght.ttf"):
            assert f'"static/{needed}"' in page
            async with client.get(f"/static/{needed}") as answer:
                assert answer.status == 200


async def test_the_page_does_not_repeat_the_host_that_a_visitor_names() -> None:
    async with visited() as (_, client), client.get("/", headers={"Host": '"><b>'}) as answer:
        assert "<b>" not in await answer.text()


@pytest.mark.parametrize(
    ("owner", "names"),
    [
        (Server, ("_make_app", "_process_messages", "handle_index", "handle_websocket", "initialize_logging")),
        (Server, ("on_startup", "on_shutdown", "serve")),
        (AppService, ("_open_app_process", "run", "start", "stop", "send_bytes")),
        (AppService, ("set_terminal_size", "blur", "focus")),
    ],
)
def test_textual_serve_has_what_we_rely_on(owner: type, names: tuple[str, ...]) -> None:
    assert [name for name in names if not callable(getattr(owner, name, None))] == [], version("textual-serve")


def test_a_visit_of_textual_serves_has_what_we_set() -> None:
    nowhere: Any = None
    visit = AppService("", write_bytes=nowhere, write_str=nowhere, close=nowhere, download_manager=nowhere)
    assert {"_process", "_stdin"} <= set(vars(visit))
