"""`python -m tests.windows ARGUMENTS`: the program on a system that lacks what Windows lacks.

Modules, signals and functions of Unix are hidden; files that are open cannot be removed or replaced, and folders cannot
be opened. Textual takes this for Windows, too, and a stand-in for its driver there plays a step and leaves.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from types import ModuleType
from typing import Any, NoReturn

import platformdirs  # noqa: F401  # before anything is hidden: it knows its system by another name

MODULES = ("termios", "fcntl", "tty", "pty", "resource", "pwd", "grp", "syslog", "readline", "curses")
SIGNALS = (
    "SIGHUP", "SIGQUIT", "SIGTSTP", "SIGCONT", "SIGSTOP", "SIGWINCH", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2",
    "SIGPIPE", "SIGALRM", "SIGCHLD",
)  # fmt: skip
FUNCTIONS = (
    "fork", "forkpty", "openpty", "ttyname", "mkfifo", "getuid", "geteuid", "getgid", "getegid", "killpg", "getpgid",
    "getpgrp", "setsid", "fchmod", "fchown", "chown", "statvfs", "pread", "pwrite", "getloadavg",
    "sched_getaffinity", "O_NONBLOCK", "O_NOFOLLOW", "O_DIRECTORY", "O_NOCTTY", "O_CLOEXEC",
)  # fmt: skip


def hide() -> None:
    """Makes this process one on such a system."""
    for module in MODULES:
        sys.modules[module] = None  # type: ignore[assignment]
    for name in SIGNALS:
        delattr(signal, name)
    for name in FUNCTIONS:
        delattr(os, name)
    loop: Any = type(asyncio.new_event_loop())
    loop.add_signal_handler = loop.remove_signal_handler = _refuse
    for name in ("open", "unlink", "remove", "replace", "rename"):
        setattr(os, name, _guarded(getattr(os, name), opens=name == "open"))


def _refuse(*_: object) -> NoReturn:
    raise NotImplementedError


def _guarded(function: Any, opens: bool) -> Any:
    def guarded(path: Any, *arguments: Any, **options: Any) -> Any:
        if opens:
            if os.path.isdir(path):
                raise PermissionError(13, "Permission denied", path)
        elif any(map(_is_open, (path, *arguments[:1]))):
            raise PermissionError(13, "The process cannot access the file", path)
        return function(path, *arguments, **options)

    return guarded


def _is_open(path: str) -> bool:
    return os.path.realpath(path) in {os.path.realpath(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd")}


def stand_in() -> None:
    """Textual, as on Windows, with a driver that makes a step when the studio is drawn, and then leaves."""
    import textual.app
    from textual.drivers.headless_driver import HeadlessDriver
    from textual.events import Key

    class WindowsDriver(HeadlessDriver):
        is_headless = False
        steps: set[int] = set()  # noqa: RUF012

        def write(self, data: str) -> None:
            moment = getattr(self._app.screen, "moment", None) if self._app.screen_stack else None
            if moment is not None and moment.step not in self.steps:
                self.steps.add(moment.step)
                self.process_message(Key("space", " ") if len(self.steps) == 1 else Key("q", "q"))

    module: Any = ModuleType("textual.drivers.windows_driver")
    module.WindowsDriver = WindowsDriver
    sys.modules[module.__name__] = module
    textual.app.WINDOWS = True


if __name__ == "__main__":
    hide()
    stand_in()
    from tui_backprop.cli.main import main

    sys.exit(main())
