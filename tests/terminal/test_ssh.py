"""Through a real OpenSSH server on this machine, with keys and a port of its own."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.emulator import Program
from tests.patience import LIMIT, wait_until
from tui_backprop.sessions.files import in_use

SSHD = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
pytestmark = [
    pytest.mark.ssh,
    pytest.mark.skipif(
        SSHD is None or not shutil.which("ssh") or not shutil.which("ssh-keygen"),
        reason="needs OpenSSH's client and server",
    ),
]
STUDIO = f"{sys.executable} -m tui_backprop"
LOCKED = """
AllowTcpForwarding no
AllowAgentForwarding no
AllowStreamLocalForwarding no
X11Forwarding no
PermitTunnel no
PermitUserRC no
"""


@dataclass(frozen=True)
class Server:
    """A server, and how to reach it."""

    port: int
    folder: Path

    def client(self, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """The ssh command with a terminal at the other end."""
        known = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
        login = ("-p", str(self.port), "-i", str(self.folder / "user"), "-o", "IdentitiesOnly=yes", *known)
        return ["ssh", "-tt", *login, *options, f"{getpass.getuser()}@127.0.0.1", *arguments]

    def studio(self, *arguments: str) -> Program:
        """The studio at the other end, saving its sessions in the server's folder."""
        settings = f"env XDG_STATE_HOME={self.folder}/state XDG_CONFIG_HOME={self.folder} LANG=C.UTF-8"
        return Program(command=self.client(f"{settings} {STUDIO} {' '.join(arguments)}"))


def reached(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def _serve(folder: Path, forced: str = "") -> Iterator[Server]:
    assert SSHD is not None
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    (folder / "authorized").write_text((folder / "user.pub").read_text())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(parents=True, exist_ok=True)
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        "PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        + forced
    )
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "config"], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: reached(port), "the server")
        yield Server(port, folder)
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    yield from _serve(tmp_path)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Server]:
    settings = f"env XDG_STATE_HOME={tmp_path}/state XDG_CONFIG_HOME={tmp_path} LANG=C.UTF-8"
    yield from _serve(tmp_path, f"ForceCommand {settings} {STUDIO} --kiosk\n{LOCKED}")


def test_after_the_line_has_dropped_the_run_stands_where_it_was(server: Server) -> None:
    with server.studio() as program:
        program.press("f", "\t", "\t", "f", " ", " ", ".", ".", ".")  # the inspector shows every digit
        before = program.text
        assert "step 3" in before
        program.signal(signal.SIGKILL)
    (session,) = server.folder.glob("state/tui-backprop/sessions/*.json")
    wait_until(lambda: not in_use(session), "the end of the studio")
    with server.studio("--resume") as program:
        program.press("f", "\t", "\t", "f")
        now, then = program.text.splitlines(), before.splitlines()
        assert (now[0], now[2:]) == (then[0], then[2:])  # in between it says that it was resumed
        program.press(" ", "q")
        assert program.end() == 0


def test_the_demo_account_gets_the_studio_and_nothing_else(demo: Server) -> None:
    with Program(command=demo.client("cat /etc/passwd; bash -i")) as program:
        text = program.press(" ", "\x1a", "s", "!", " ")
        assert "step 2" in text
        assert "root:" not in text
        program.press("q")
        assert program.end() == 0
    assert not (demo.folder / "state").exists()


def test_the_demo_account_forwards_nothing(demo: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Program(command=demo.client(options=("-L", f"{port}:127.0.0.1:{demo.port}"))) as program:
        with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as through:
            through.settimeout(LIMIT)
            try:
                answer = through.recv(100)
            except ConnectionResetError:
                answer = b""
        assert not answer.startswith(b"SSH-")
        program.press("q")
