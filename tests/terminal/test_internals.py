"""Private names of Textual: all in one module, and all still there."""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import pytest
from rich.console import Console
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

import tui_backprop
from tests.patience import until
from tests.studio.studio import studio
from tui_backprop import Timeline, load_experiment
from tui_backprop.studio.app import BackpropApp
from tui_backprop.terminal import internals
from tui_backprop.terminal.internals import KeyParser, driver_of, picture_of

OWNERS: dict[str, type] = {
    "_app": LinuxDriver,
    "_background_screens": App,
    "_clear_arrangement_cache": Widget,
    "_close_messages_no_wait": App,
    "_compositor": Screen,
    "_compositor_refresh": Screen,
    "_debug": LinuxDriver,
    "_driver": App,
    "_fatal_error": App,
    "_get_terminal_size": LinuxDriver,
    "_handle_exception": App,
    "_loop": LinuxDriver,
    "_on_timer_update": Screen,
    "_writer_thread": LinuxDriver,
}
PUBLIC = {"_replace", "_asdict", "_exit"}
"""Names of Python's own that are for everybody."""
MODULES = [
    import_module(found.name)
    for found in walk_packages(tui_backprop.__path__, "tui_backprop.")
    if not found.name.endswith("__main__")
]


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def tree_of(thing: object) -> ast.AST:
    return ast.parse(inspect.cleandoc("\n" + inspect.getsource(thing)))  # type: ignore[arg-type]


def attributes(tree: ast.AST) -> set[str]:
    """Private attributes that are read or set."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and is_private(node.attr)}


def made(tree: ast.AST) -> set[str]:
    """Private names that are set or defined."""

    def names(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.attr if isinstance(node, ast.Attribute) else node.id

    return {name for node in ast.walk(tree) for name in names(node) if is_private(name)}


@pytest.mark.parametrize("name", sorted(OWNERS))
def test_a_private_name_is_still_textuals(name: str) -> None:
    sources = [inspect.getsource(base) for base in OWNERS[name].__mro__ if base.__module__.startswith("textual.")]
    assert any(re.search(rf"(?:self\.|def ){name}\b", source) for source in sources)


def test_the_module_uses_no_others() -> None:
    tree = tree_of(internals)
    assert attributes(tree) | (made(tree) - {"_"}) == set(OWNERS)


@pytest.mark.slow
def test_no_other_module_uses_any() -> None:
    """A private attribute is one of ours; of Textual's private modules none is imported."""
    trees = {module.__name__: tree_of(module) for module in MODULES if module is not internals}
    ours = set().union(*map(made, trees.values())) | PUBLIC
    for name, tree in trees.items():
        assert attributes(tree) - ours == set(), name
        imported = [
            alias
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in (f"{getattr(node, 'module', '')}.{each.name}" for each in node.names)
        ]
        assert [each for each in imported if re.search(r"\b(?:textual|rich)\..*\b_[a-z]", each)] == [], name


def test_no_other_class_replaces_a_private_method() -> None:
    classes = {each for module in MODULES for each in vars(module).values() if inspect.isclass(each)}
    for cls in classes:
        if not cls.__module__.startswith("tui_backprop.") or cls.__module__ == internals.__name__:
            continue
        theirs = {name for base in cls.__mro__ if base.__module__.startswith("textual.") for name in vars(base)}
        methods = {
            name for name, value in vars(cls).items() if inspect.isfunction(value) or isinstance(value, property)
        }
        assert {name for name in methods & theirs if is_private(name)} == set(), cls


async def test_the_first_picture_does_not_wait_for_textuals_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 3600.0)
    app = BackpropApp(Timeline(load_experiment("article")))
    running = asyncio.create_task(app.run_async(headless=True))
    await until(lambda: bool(app.screen_stack) and app.get_default_screen().drawn, "the first picture")
    app.exit()
    await running


async def test_they_do_what_they_are_used_for() -> None:
    async with studio() as s:
        assert driver_of(s.app) is not None
        console = Console(width=120, height=40, record=True, file=io.StringIO())
        console.print(picture_of(s.app))
        assert "nothing computed yet" in console.export_text()
    keys = [message.key for message in KeyParser(False).feed("a\x1b[A") if isinstance(message, Key)]
    assert keys == ["a", "up"]
