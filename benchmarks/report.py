"""What every benchmark prints: a table for people, or with --json one object with machine calibration and commit."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def machine() -> dict[str, float | int | str]:
    """A few numbers that tell how fast this machine is right now, so that figures of two days compare."""
    return {
        "cores": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "matmul_gflops": round(_matmul_gflops(), 1),
        "copy_gb_per_s": round(_copy_gb_per_s(), 1),
        "loop_mops": round(_loop_mops(), 1),
    }


def commit() -> str:
    """The revision that is measured, with a plus sign where the tree differs from it."""
    head, dirty = _git("rev-parse", "--short", "HEAD"), _git("status", "--porcelain", "-uno")
    return head + ("+" if dirty else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=10)
    return done.stdout.strip()


def show(
    name: str,
    figures: Mapping[str, object],
    *,
    rows: Sequence[Sequence[object]],
    as_json: bool,
    seed: int | None = None,
) -> None:
    """Print one benchmark's result. `rows` is the table, its first row the heading."""
    about = {"benchmark": name, "figures": figures, "seed": seed, "commit": commit(), "machine": machine()}
    if as_json:
        print(json.dumps({**about, "date": time.strftime("%Y-%m-%d")}, default=float))
        return
    widths = [max(len(str(row[place])) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(f"\n{name} at {about['commit']}, machine {about['machine']}")


def _matmul_gflops(size: int = 768) -> float:
    one = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    return max(2 * size**3 / seconds / 1e9 for seconds in _times(lambda: one @ one))


def _copy_gb_per_s(megabytes: int = 64) -> float:
    block = np.zeros(megabytes * 2**20, np.uint8)
    return max(megabytes / 1024 / seconds for seconds in _times(block.copy))


def _loop_mops(count: int = 200_000) -> float:
    return max(count / seconds / 1e6 for seconds in _times(lambda: sum(range(count))))


def _times(call: object, runs: int = 5) -> list[float]:
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - started)
    return times
