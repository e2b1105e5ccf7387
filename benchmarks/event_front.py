"""The web server under a load of event batches: its rate, the CPU it costs, and what a kill -9 does to it.

The client is a process of its own (`python event_front.py PORT FILE`), so that its cost is not the server's.
"""

import http.client
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
WORKERS, SENDERS, WARMING = 2, 4, 16


def measure(bodies: list[bytes], more: list[bytes]) -> tuple[dict[str, float], int]:
    """Rate and CPU of `bodies`; then `more` with one worker killed halfway. Returns how many batches nobody took."""
    warming, bodies = bodies[:WARMING], bodies[WARMING:]
    events = sum(body.count(b'"id"') for body in bodies)
    with server() as (port, pid):
        for _ in range(3):  # imports and connections are made by the first requests, on each worker
            _send(port, warming)
        before = {name: cpu_of(name) for name in ("gunicorn", "postgres")}
        seconds, lost = _send(port, bodies)
        spent = {name: 1e6 * (cpu_of(name) - was) / events for name, was in before.items()}
        killer = threading.Timer(seconds / 2, _kill_one, [pid])
        killer.start()
        _, killed = _send(port, more)
        killer.join()
    rates = {"a_second": events / seconds, "python_us": spent["gunicorn"], "postgres_us": spent["postgres"]}
    return rates, lost + killed


@contextmanager
def server() -> Iterator[tuple[int, int]]:
    """The web server in production's shape, for as long as the block runs: its port and process id."""
    port = _free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--threads", "8", "--workers", str(WORKERS), "--timeout", "60", "--log-level", "error",
        ],
        cwd=ROOT,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(30)


def cpu_of(program: str) -> float:
    """CPU seconds of all processes below this one with `program` in their command; ended ones are left out."""
    found: dict[int, tuple[int, float, bytes]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            spent = (int(fields[11]) + int(fields[12])) / TICKS
            found[int(folder.name)] = int(fields[1]), spent, (folder / "cmdline").read_bytes()
        except OSError:
            continue  # it ended while we looked
    return sum(
        spent for pid, (_, spent, command) in found.items() if program.encode() in command and _is_ours(pid, found)
    )


def _is_ours(pid: int, found: dict[int, tuple[int, float, bytes]]) -> bool:
    while pid in found and pid != os.getpid():
        pid = found[pid][0]
    return pid == os.getpid()


def _kill_one(server: int) -> None:
    """Kill -9 the youngest worker of this gunicorn, which starts another."""
    listed = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    os.kill(int(listed[-1]), signal.SIGKILL)


def _send(port: int, bodies: list[bytes]) -> tuple[float, int]:
    """Seconds that the client needed for all bodies, and how many were not taken in the end."""
    with tempfile.NamedTemporaryFile(suffix=".pickle") as file:
        pickle.dump(bodies, file)
        file.flush()
        command = [sys.executable, str(Path(__file__).resolve()), str(port), file.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=580, check=True)
    seconds, lost = done.stdout.split()
    return float(seconds), int(lost)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"The web server did not answer on port {port} within a minute.")


class Sender:
    """One connection that is kept, as a shop's server keeps it; a batch without an answer is sent again."""

    def __init__(self, port: int) -> None:
        self.port, self.connection = port, http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def take(self, bodies: list[bytes]) -> int:
        """Send all; returns how many were not taken within five tries each."""
        return sum(not any(self._try(body) for _ in range(5)) for body in bodies)

    def _try(self, body: bytes) -> bool:
        headers = {"User-Agent": "Mozilla/5.0", "Content-Type": "text/plain"}
        try:
            self.connection.request("POST", "/api/v1/events", body, headers)
            answer = self.connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            time.sleep(0.1)
            return False
        return answer.status == 202


def main() -> None:
    """The client: send the bodies of a file over a few connections; print the seconds and the batches not taken."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    bodies = pickle.loads(path.read_bytes())  # written by the process that started us
    started = time.perf_counter()
    with ThreadPoolExecutor(SENDERS) as pool:
        lost = sum(pool.map(lambda part: Sender(port).take(bodies[part::SENDERS]), range(SENDERS)))
    print(time.perf_counter() - started, lost)


if __name__ == "__main__":
    main()
