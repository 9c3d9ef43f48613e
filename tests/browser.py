"""A real browser without a window, driven by its DevTools protocol: what its pages load, receive and paint."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pyte

from tests.emulator import readable
from tests.patience import LIMIT, until

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-port=0"),
)
KEYS = {"space": (" ", "Space"), "enter": ("\r", "Enter")}


class Page:
    """A tab: its size in pixels is for it to choose, that in cells for its terminal's font."""

    def __init__(self, browser: Browser, target: str, session: str) -> None:
        self._browser, self.target, self.session = browser, target, session
        self.addresses: list[str] = []
        """Whatever it has asked for."""
        self.complaints: list[str] = []
        """Errors of its programs."""
        self.received = b""
        """What has come for its terminal."""
        self.cells = (80, 24)
        """Columns and rows of its terminal, as its program says."""

    async def send(self, method: str, **parameters: Any) -> Any:
        return await self._browser.send(method, self.session, **parameters)

    def happened(self, method: str, parameters: dict[str, Any]) -> None:
        """An event of the protocol."""
        if method == "Network.webSocketFrameReceived" and parameters["response"]["opcode"] == 2:
            self.received += base64.b64decode(parameters["response"]["payloadData"])
        elif method == "Network.requestWillBeSent":
            self.addresses.append(parameters["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.addresses.append(parameters["url"])
            asked = dict(parse_qsl(urlsplit(parameters["url"]).query))
            self.cells = int(asked.get("width", 80)), int(asked.get("height", 24))
        elif method == "Network.webSocketFrameSent" and parameters["response"]["payloadData"].startswith('["resize"'):
            size = json.loads(parameters["response"]["payloadData"])[1]
            self.cells, self.received = (size["width"], size["height"]), b""
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(parameters["exceptionDetails"]))

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        done = await self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def press(self, key: str) -> None:
        """A key of the keyboard."""
        text, code = KEYS.get(key, (key, f"Key{key.upper()}"))
        await self.send("Input.dispatchKeyEvent", type="keyDown", key=text, code=code, text=text)
        await self.send("Input.dispatchKeyEvent", type="keyUp", key=text, code=code)

    async def resize(self, width: int, height: int) -> None:
        """Another size of the window, in pixels."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.send("Emulation.setDeviceMetricsOverride", **metrics)

    @property
    def text(self) -> str:
        """What its terminal shows, without spaces. After a resize everything is drawn again."""
        screen = pyte.Screen(*self.cells)
        pyte.ByteStream(screen).feed(readable(self.received))
        return re.sub(r"\s", "", "".join(screen.display))

    async def shows(self, text: str) -> None:
        """Waits for a text."""
        await until(lambda: text.replace(" ", "") in self.text, text)

    async def says(self, text: str) -> None:
        """Waits for a text beside the terminal, where it can be read."""
        script = "document.body?.innerText ?? ''"
        async with asyncio.timeout(LIMIT):
            while text not in await self.evaluate(script):
                await asyncio.sleep(0.05)

    async def painted(self, holds: Callable[[Counter[str]], bool]) -> None:
        """Waits until the colours are as wanted."""
        async with asyncio.timeout(LIMIT):
            while not holds(await self.colours()):
                await asyncio.sleep(0.05)

    async def colours(self) -> Counter[str]:
        """How many pixels of each colour, as #rrggbb, the page paints."""
        picture = (await self.send("Page.captureScreenshot", format="png"))["data"]
        counted = await self.evaluate(_COUNT.replace("PICTURE", picture))
        return Counter(dict(counted))

    async def close(self) -> None:
        await self._browser.send("Target.closeTarget", targetId=self.target)


_COUNT = """(async () => {
    const picture = await createImageBitmap(await (await fetch("data:image/png;base64,PICTURE")).blob());
    const canvas = new OffscreenCanvas(picture.width, picture.height), context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, picture.width, picture.height).data.buffer), found = {};
    for (const pixel of pixels) found[pixel] = (found[pixel] || 0) + 1;
    const hex = pixel => "#" + [0, 8, 16].map(bits => (pixel >> bits & 255).toString(16).padStart(2, "0")).join("");
    return Object.entries(found).map(([pixel, count]) => [hex(pixel), count]);
})()"""


class Browser:
    """A Chromium of its own, with nothing in it from another one."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._pages: dict[str, Page] = {}

    async def send(self, method: str, session: str = "", **parameters: Any) -> Any:
        """What the browser answers to a command, of a page's session or of its own."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        command: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        await self._socket.send_json({**command, "sessionId": session} if session else command)
        async with asyncio.timeout(LIMIT):
            return await answer

    async def listen(self) -> None:
        """Hands out answers and events until the browser has gone."""
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                answer = self._answers.pop(said["id"])
                if "error" in said:
                    answer.set_exception(AssertionError(said["error"]))
                else:
                    answer.set_result(said["result"])
            elif (page := self._pages.get(said.get("sessionId", ""))) is not None:
                page.happened(said["method"], said["params"])

    async def open(self, address: str, width: int = 1200, height: int = 800, scheme: str = "dark") -> Page:
        """A page of its own, of somebody who likes dark or light screens."""
        target = (await self.send("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = self._pages[session] = Page(self, target, session)
        for domain in ("Page", "Network", "Runtime"):
            await page.send(f"{domain}.enable")
        await page.resize(width, height)
        await page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await page.send("Page.navigate", url=address)
        return page


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser, running; it ends with the context."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        quiet = asyncio.subprocess.DEVNULL
        process = await asyncio.create_subprocess_exec(
            CHROMIUM, *OPTIONS, f"--user-data-dir={folder}", "about:blank", stdout=quiet, stderr=quiet
        )
        try:
            port_file = Path(folder) / "DevToolsActivePort"
            await until(lambda: port_file.exists() and port_file.read_text().count("\n") == 1, "the browser")
            port, path = port_file.read_text().split()
            async with (
                aiohttp.ClientSession() as client,
                client.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0) as socket,
            ):
                browser = Browser(socket)
                listening = asyncio.create_task(browser.listen())
                try:
                    yield browser
                finally:
                    listening.cancel()
        finally:
            process.kill()
            await process.wait()
