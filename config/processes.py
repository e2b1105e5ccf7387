"""The processes of one machine: servers around a command, and the web and worker processes of the demo."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config import embedded

ROOT = Path(__file__).resolve().parent.parent
SHARE_CORES = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
"""Worker threads sleep while they wait: several processes share two cores, and a spinning thread steals from all."""
NEEDS_NO_DATABASE = {"makemigrations", "collectstatic", "help", "--help", "version", "--version", "findstatic"}


def home() -> Path:
    """The folder of the embedded servers, uploads and videos; the same as `settings.VAR`."""
    return Path(os.environ.get("VITRINE_HOME", ROOT / ".var"))


@contextmanager
def servers_for(argv: Sequence[str]) -> Iterator[None]:
    """Make sure a database and a broker answer while a management command runs.

    DATABASE_URL wins; then servers that another command keeps for this folder; then our own, migrated first.
    """
    if "DATABASE_URL" in os.environ or len(argv) < 2 or argv[1] in NEEDS_NO_DATABASE:
        yield
        return
    addresses = embedded.running(home())
    if addresses is not None:
        os.environ.update(addresses.environment())
        yield
        return
    try:
        with embedded.services(home()) as addresses:
            os.environ.update(addresses.environment())
            migrate()
            yield
    except embedded.EmbeddedError as error:
        sys.exit(str(error))


def migrate() -> None:
    """Bring the database up to date, as the tables' owner."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", database="owner", verbosity=0)


@dataclass
class Supervisor:
    """Keeps a set of child processes running; they die with us. Call `check` often, from the main thread."""

    logs: Path
    commands: dict[str, list[str]] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    restarts: int = 0

    def start(self, name: str, command: list[str]) -> None:
        """Start a program under a name; its output goes to `logs/name.log`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        self.commands[name] = command
        prefix = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
        with (self.logs / f"{name}.log").open("ab") as sink:
            self.children[name] = subprocess.Popen(
                [*prefix, *command],
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **SHARE_CORES},
                start_new_session=True,
            )

    def check(self) -> list[str]:
        """Restart what has died; returns its names."""
        dead = [name for name, child in self.children.items() if child.poll() is not None]
        for name in dead:
            self.restarts += 1
            self.start(name, self.commands[name])
        return dead

    def stop(self) -> None:
        """End every child, politely first."""
        for child in self.children.values():
            _signal_group(child, signal.SIGTERM)
        deadline = time.monotonic() + 6
        for child in self.children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(child, signal.SIGKILL)
                child.wait(5)
        self.children.clear()


def worker_command(name: str, *options: str) -> list[str]:
    """A Celery worker of ours."""
    options = (*options, "--without-gossip", "--without-mingle", "--loglevel", "WARNING")
    return [sys.executable, "-m", "celery", "-A", "config", "worker", "-n", f"{name}@%h", *options]


def web_command(port: int) -> list[str]:
    """The web server on a local port."""
    return [
        sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--threads", "8", "--workers", "1", "--timeout", "60",
    ]  # fmt: skip


def start_everything(supervisor: Supervisor, port: int) -> None:
    """Web, one GPU worker (on the CPU where there is no GPU), one media worker, one for reviews and small tasks."""
    supervisor.start("web", web_command(port))
    supervisor.start("gpu", worker_command("gpu", "-Q", "gpu", "-P", "solo"))
    supervisor.start("media", worker_command("media", "-Q", "media", "-P", "solo"))
    schedule = str(home() / "beat-schedule")
    supervisor.start("review", worker_command("review", "-Q", "review,default", "-c", "1", "-B", "-s", schedule))


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return
