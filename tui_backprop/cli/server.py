"""The studio in browsers: a page, and a program of its own for each visitor, for as long as the visitor stays."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from tui_backprop.terminal.abilities import WEB_DRIVER

THEMES = ("dark", "light")
HEARTBEAT = 15.0
"""Seconds between two checks of whether a silent visitor is still there."""
FIRST_WORD = 0.3
"""Seconds to wait for a page's first message: a visitor who leaves before costs nothing."""
LAST_WORD = 1.0
"""Seconds that a visitor has to say goodbye."""
FULL = "All places are taken. Please try again later.\n"
PAGE = Path(__file__).with_name("server.html")

log = logging.getLogger(__name__)


def _is_our_mistake(record: logging.LogRecord) -> bool:
    """Whether a traceback is not that of a request that is not HTTP, which was refused."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


class Visitor(AppService):
    """One visitor's program. A kiosk keeps nothing, so that it can be killed at any time."""

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse, server: Server) -> None:
        self.socket = socket
        self._arguments = command
        super().__init__(
            command[0],
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=socket.close,  # type: ignore[arg-type]
            download_manager=server.download_manager,
        )

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Starts the program without a shell in between, which would be killed in its place."""
        environment = {**os.environ, "TEXTUAL_DRIVER": WEB_DRIVER, "COLUMNS": str(width), "ROWS": str(height)}
        process = await asyncio.create_subprocess_exec(
            *self._arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
        )
        self._process, self._stdin = process, process.stdin
        return process

    async def run(self) -> None:
        """Runs the program; when it ends, its page is closed, too."""
        try:
            await super().run()
        finally:
            await self.dismiss()

    async def dismiss(self) -> None:
        """Tells the page, if there is one, that the visit is over."""
        with suppress(ConnectionError, RuntimeError):
            await self.socket.close()

    def end(self) -> None:
        """Kills the program: asking takes as long as its start, or as whatever it is busy with."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> None:
        """Waits until the program has ended and everything it wrote has been passed on."""
        self.end()
        if self._process is not None:
            await self._process.wait()
        await super().stop()


class StudioServer(Server):
    """textual-serve's server, for the public: a limited number of visitors, from its own page only."""

    def __init__(self, command: Sequence[str], host: str, port: int, places: int, theme: str | None) -> None:
        """`command` is what each visitor runs; without a `theme` for all, each browser's preference counts."""
        super().__init__("", host=host, port=port)
        self._arguments, self._places, self._theme = tuple(command), places, theme
        self._visitors: dict[Visitor, web.Request] = {}

    @property
    def _full(self) -> bool:
        return len(self._visitors) >= self._places

    def initialize_logging(self) -> None:
        """Logs what goes wrong, a line each; textual-serve logs all requests, and tracebacks with variables."""
        logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="tui-backprop: %(message)s")
        logging.getLogger("aiohttp.server").addFilter(_is_our_mistake)

    async def on_startup(self, app: web.Application) -> None:
        """Prints nothing: textual-serve would print its logo and the command."""

    async def _make_app(self) -> web.Application:
        """Adds an address for each theme, because the page's program appends its own data to an address."""
        app = await super()._make_app()
        app.router.add_get("/ws/{theme}", self.handle_websocket)
        return app

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """Sends a page that needs no other server, whatever name this one was called by."""
        if self._full:
            return web.Response(text=FULL, status=503, headers={"Retry-After": "60"})
        page = Template(PAGE.read_text(encoding="utf-8")).substitute(
            host=escape(request.host),
            theme=self._theme or "",
            font_size=min(max(to_int(request.query.get("fontsize", ""), 16), 4), 100),
        )
        return web.Response(text=page, content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Serves one visitor from arrival to departure."""
        if _is_cross_origin(request):
            raise web.HTTPForbidden(text="This page belongs to another server.\n")
        if self._full:
            raise web.HTTPServiceUnavailable(text=FULL)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, timeout=LAST_WORD)
        theme = self._theme or request.match_info.get("theme", "")
        chosen = ["--theme", theme] if theme in THEMES else []
        visitor = Visitor([*self._arguments, *chosen], socket, self)
        self._visitors[visitor] = request
        try:
            await socket.prepare(request)
            first = await _first_word(socket)
            if not socket.closed:
                await visitor.start(_cells(request, "width", 80), _cells(request, "height", 24))
                await _take(first, socket, visitor)
                await self._process_messages(socket, visitor)
        except ConnectionError:
            pass  # the visitor has gone
        except OSError as error:  # no more processes, no more files
            log.error("a visitor could not be served: %s", error)
        finally:
            await visitor.stop()
            await visitor.dismiss()
            del self._visitors[visitor]
        return socket

    async def _process_messages(self, websocket: web.WebSocketResponse, app_service: AppService) -> None:
        """Anything but a message is ignored: anyone can send anything."""
        async for message in websocket:
            if message.type is web.WSMsgType.TEXT:
                await _take(message.data, websocket, app_service)

    async def on_shutdown(self, app: web.Application) -> None:
        """Ends all visits within a moment, even of those who no longer read."""
        for visitor in self._visitors:
            visitor.end()
        if self._visitors:
            goodbyes = [asyncio.ensure_future(visitor.dismiss()) for visitor in self._visitors]
            await asyncio.wait(goodbyes, timeout=LAST_WORD)
        for request in self._visitors.values():
            if request.transport is not None:
                request.transport.abort()


def _is_cross_origin(request: web.Request) -> bool:
    """Whether the request comes from another server's page; programs other than browsers name no origin."""
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.host.lower()


def _cells(request: web.Request, name: str, default: int) -> int:
    return to_int(request.query.get(name, ""), default)


async def _first_word(socket: web.WebSocketResponse) -> str:
    try:
        message = await socket.receive(FIRST_WORD)
    except TimeoutError:  # not from our page
        return ""
    return message.data if message.type is web.WSMsgType.TEXT else ""


async def _take(text: str, socket: web.WebSocketResponse, visitor: AppService) -> None:
    message: Any = None
    with suppress(ValueError, RecursionError):
        message = json.loads(text)
    match message:
        case ["stdin", str(keys)]:
            await visitor.send_bytes(keys.encode("utf-8", "ignore"))
        case ["resize", {"width": int(columns), "height": int(rows)}]:
            await visitor.set_terminal_size(columns, rows)
        case ["ping", str(data)]:
            await socket.send_json(["pong", data])
        case ["blur"]:
            await visitor.blur()
        case ["focus"]:
            await visitor.focus()
