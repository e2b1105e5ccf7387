"""The embedded servers: private, as root or not, and never left behind."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
LAUNCH = """
import sys, time
from pathlib import Path
from config import embedded
with embedded.services(Path(sys.argv[1]), durable=False) as addresses:
    print(addresses.database, addresses.broker, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    return private / "servers"


def launch(home: Path, *prefix: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that keeps the servers, and their ports."""
    command = [*prefix, sys.executable, "-c", LAUNCH, str(home)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    return process, [urlsplit(url).port or 0 for url in line.split()]


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_silent(ports: list[int], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(answers(port) for port in ports):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def running(home: Path) -> Iterator[embedded.Addresses]:
    with embedded.services(home, durable=False) as addresses:
        yield addresses


def test_the_app_role_is_bound_by_row_level_security(running: embedded.Addresses) -> None:
    with psycopg.connect(running.database) as connection:
        row = connection.execute("select rolsuper, rolbypassrls from pg_roles where rolname = current_user").fetchone()
    assert row == (False, False)


def test_nobody_enters_without_the_password(running: embedded.Addresses) -> None:
    parts = urlsplit(running.database)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgresql://{parts.username}:wrong@127.0.0.1:{parts.port}/vitrine")


def test_another_command_finds_the_running_servers(running: embedded.Addresses, home: Path) -> None:
    assert embedded.running(home) == running


def test_permissions_outside_the_folder_are_left_alone(running: embedded.Addresses, home: Path) -> None:
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "secret").stat().st_mode) == 0o600


def test_killing_the_launcher_takes_the_servers_with_it(home: Path) -> None:
    process, ports = launch(home)
    assert all(answers(port) for port in ports)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert wait_until_silent(ports)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root needs to try as somebody else")
def test_an_ordinary_user_can_start_them_too(home: Path) -> None:
    process, ports = launch(home, "unshare", "--user", "--map-user=1000", "--map-group=1000")
    try:
        assert len(ports) == 2
        assert all(answers(port) for port in ports)
    finally:
        process.terminate()
        process.wait(20)
    assert wait_until_silent(ports)


def test_a_missing_package_is_named() -> None:
    with pytest.raises(
        embedded.EmbeddedError, match="The package no-such-package is not installed: run `make install`"
    ):
        embedded._binary("no_such_package", "postgres")
