"""The studio in a real browser: its keys, its colours, its size, and people who come and leave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

pytest.importorskip("textual_serve", reason="needs the extra [serve]")

import pytest_asyncio

from tests.browser import CHROMIUM, Browser, chromium
from tests.cli.served import has_place, programs, served
from tests.patience import until

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]

START = "nothing computed yet"
DARK, LIGHT = "#121212", "#ffffff"


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[tuple[str, int]]:
    """A page's address, and the process that serves it; it has no terminal, as under a supervisor."""
    with served("xor", "--visitors", "2", environment={"TERM": None, "LC_ALL": "C"}) as (port, process):
        yield f"http://127.0.0.1:{port}/", process.pid


async def test_keys_reach_the_studio_without_a_click(browser: Browser, server: tuple[str, int]) -> None:
    page = await browser.open(server[0])
    await page.shows(START)
    for key in ("space", "space", "."):
        await page.press(key)
    await page.shows("step 3")
    await page.press("e")
    await page.shows("Epoch 1 ends with error")
    await page.press("c")
    await page.shows("Error of each epoch")
    assert page.complaints == []


async def test_everything_comes_from_the_server(browser: Browser, server: tuple[str, int]) -> None:
    page = await browser.open(server[0])
    await page.shows(START)
    own = server[0].removeprefix("http:")
    assert len(page.addresses) > 3
    elsewhere = [a for a in page.addresses if not a.startswith((f"http:{own}", f"ws:{own}", "data:"))]
    assert elsewhere == []


@pytest.mark.parametrize(("scheme", "background", "positive"), [("dark", DARK, "#5fd7ff"), ("light", LIGHT, "#005fd7")])
async def test_colours_are_the_browsers(
    scheme: str, background: str, positive: str, browser: Browser, server: tuple[str, int]
) -> None:
    page = await browser.open(server[0], scheme=scheme)
    await page.shows(START)
    await page.painted(lambda colours: colours.most_common(1)[0][0] == background and colours[positive] > 0)


async def test_the_studio_is_as_large_as_the_window(browser: Browser, server: tuple[str, int]) -> None:
    copies = "(y:copy)"  # in the inspector's frame; in a small window it is only named in a line
    page = await browser.open(server[0])
    await page.shows(START)
    wide = page.cells
    assert copies in page.text
    await page.resize(500, 300)
    await until(lambda: page.cells < wide)
    await until(lambda: START.replace(" ", "") in page.text and copies not in page.text)
    await page.resize(1200, 800)
    await until(lambda: page.cells == wide)
    await page.shows(copies)


async def test_two_visitors_and_no_more(browser: Browser, server: tuple[str, int]) -> None:
    address, process = server
    one, two = await browser.open(address), await browser.open(address)
    for page in (one, two):
        await page.shows(START)
    await one.press("space")
    await one.shows("step 1")
    assert START.replace(" ", "") in two.text
    three = await browser.open(address)
    await three.says("Please try again later.")
    assert len(programs(process)) == 2
    await one.close()  # the tab
    await has_place(address)
    assert len(programs(process)) == 1
    await three.send("Page.reload")
    await three.shows(START)


async def test_who_quits_can_begin_again(browser: Browser, server: tuple[str, int]) -> None:
    address, process = server
    page = await browser.open(address)
    await page.shows(START)
    await page.press("space")
    await page.shows("step 1")
    await page.press("q")
    await page.says("This visit is over.")
    await until(lambda: not programs(process))
    await page.evaluate("document.querySelector('button').click()")
    await page.shows(START)


async def test_a_page_says_when_its_server_has_gone(browser: Browser) -> None:
    with served() as (port, process):
        page = await browser.open(f"http://127.0.0.1:{port}/")
        await page.shows(START)
        process.terminate()
        await page.says("This visit is over.")


async def test_pages_of_other_servers_cannot_visit(browser: Browser, server: tuple[str, int]) -> None:
    address, process = server
    with served() as (port, _):
        stranger = await browser.open(f"http://127.0.0.1:{port}/static/css/xterm.css")
        await stranger.says("xterm")
        visit = f"new WebSocket('{address.replace('http', 'ws')}ws')"
        answer = (
            f"new Promise(done => {{ const s = {visit}; s.onopen = () => done('in'); s.onerror = () => done('out'); }})"
        )
        assert await stranger.evaluate(answer) == "out"
    assert programs(process) == set()
