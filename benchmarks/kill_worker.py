"""Kill -9 each worker in the middle of the demo: does the run complete, with no video lost and none made twice?

python benchmarks/kill_worker.py [--engine static] [--json]
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import report
from config import embedded

ROLES = ("gpu", "media", "review")
COUNTS = """
select (select count(*) from generation_video where state <> 'planned'),
       (select count(distinct video_id) from generation_cut),
       (select count(*) from (select 1 from generation_cut group by video_id, format having count(*) > 1) d),
       (select count(*) from generation_job where attempts > 1)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="unified")
    parser.add_argument("--products", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrine-kill-") as folder:
        figures = run(Path(folder), options.engine, options.products)
    rows = [("figure", "value"), *figures.items()]
    report.show("kill_worker", figures, rows=rows, as_json=options.json)
    return 0 if figures["lost"] == figures["twice"] == 0 and figures["exit"] == 0 else 1


def run(home: Path, engine: str, products: int) -> dict[str, object]:
    """Start the demo in an empty folder, kill each worker once while it holds a job, count what came out."""
    environment = {**os.environ, "VITRINE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "manage.py", "demo", "--exit", "--engine", engine, "--products", str(products)]
    with (home / "demo.out").open("w") as sink:
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=sink, stderr=sink)
        killed = [kill_while_busy(home, role, demo) for role in ROLES]
        counts: dict[str, object] = {}
        while demo.poll() is None:
            counts = count(home) or counts
            time.sleep(0.5)
    return {"killed": sum(killed), "exit": demo.returncode, **counts}


def kill_while_busy(home: Path, role: str, demo: subprocess.Popen[bytes], patience: float = 900) -> bool:
    """Wait until a worker of that role holds a lease, then kill -9 it and its children."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and demo.poll() is None:
        if query(home, "select 1 from generation_job where state = 'leased' and queue = %s and progress > 0.1", role):
            for pid in worker_pids(home, role):
                os.kill(pid, signal.SIGKILL)
            return True
        time.sleep(0.1)
    return False


def worker_pids(home: Path, role: str) -> list[int]:
    """Processes of this run's worker of that role."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            own = f"VITRINE_HOME={home}".encode() in (folder / "environ").read_bytes()
        except OSError:
            continue
        if own and re.search(rf"celery -A config worker -n {role}@", command):
            found.append(int(folder.name))
    return found


def count(home: Path) -> dict[str, object] | None:
    """How many videos were planned, finished, lost and made twice."""
    rows = query(home, COUNTS)
    if not rows:
        return None
    planned, finished, twice, retried = rows[0]
    return {"planned": planned, "finished": finished, "lost": planned - finished, "twice": twice, "retried": retried}


def query(home: Path, sql: str, *values: object) -> list[tuple]:
    """Rows as the tables' owner; none while the servers are not up."""
    addresses = embedded.running(home)
    if addresses is None:
        return []
    try:
        with psycopg.connect(addresses.owner, connect_timeout=2) as connection:
            return connection.execute(sql, values).fetchall()
    except psycopg.Error:
        return []


if __name__ == "__main__":
    sys.exit(main())
