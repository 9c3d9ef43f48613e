"""Fixtures and hooks for every test: keep them out of the user's folders, and deselect slow ones by `-m "not slow"`."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.patience import calm

settings.register_profile("patient", deadline=None)  # or a busy machine would fail a law that holds
settings.load_profile("patient")

if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup, what the tests start would ignore it, too

SLOW = ("pty", "ssh", "browser")
"""Marks of tests that are slow, too."""


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.get_closest_marker(name) for name in SLOW):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def state_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for state; programs that a test starts inherit it."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def config_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for settings."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def calm_after_each_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot waits for what a key leads to, however busy the machine."""
    for module in ("textual.pilot", "textual.app"):
        monkeypatch.setattr(f"{module}.wait_for_idle", calm)


@pytest.fixture(autouse=True)
def garbage_collected() -> Iterator[None]:
    """The program stops the collector while it starts; the tests after it need it."""
    yield
    gc.enable()
