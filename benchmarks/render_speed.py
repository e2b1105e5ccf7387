"""CPU seconds to make both cuts of a six-second video, by stage: what a media worker spends on one job.

python benchmarks/render_speed.py [--voice] [--json]
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from benchmarks import report
from generation import engines
from generation.render import compose, speech
from generation.render.compose import Cut
from generation.render.view import Take
from generation.specs import Line
from tests.generation.render.stage import JET, make_cutout, make_scene, make_spec

CPU: dict[str, float] = {}


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the CPU seconds of this process and its children."""
    before = _cpu()
    yield
    CPU[name] = CPU.get(name, 0.0) + _cpu() - before


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(*, voice: bool) -> dict[str, float]:
    """Both formats of a fountain on water with a moving camera, as the demo makes it."""
    spec = make_spec(effect=replace(JET, height_m=0.3))
    spec = replace(spec, shots=(replace(spec.shots[0], camera="push in", light="brightening"),))
    scenes = {
        "wide": make_scene("wide", width=2560, surface="water", view_width_m=1.34),
        "tall": make_scene("tall", width=1440, surface="water", view_width_m=0.76),
    }
    engine = engines.load("parallax", weights=Path(), text_encoder=Path())
    takes = {
        name: [Take(scene, _heard(engine.generate(spec, scene, name, lambda share: None)))]
        for name, scene in scenes.items()
    }
    if voice:
        with stage("voice"):
            speech.speak(
                Line(start=0.5, end=5.5, text="Fresh water for your birds, powered by sunlight alone."), "en-US"
            )
    with stage("preparing"):
        cuts = {name: Cut(spec, takes[name], cutout=make_cutout()) for name in takes}
    with stage("drawing"):
        for cut in cuts.values():
            for index in range(cut.frames):
                cut.frame(index)
    started = time.monotonic()
    with stage("whole"), tempfile.TemporaryDirectory() as folder:
        compose.render(spec, takes, cutout=make_cutout(), out=Path(folder))
    CPU["wall"] = time.monotonic() - started
    CPU["sound and encoding"] = CPU["whole"] - CPU["preparing"] - CPU["drawing"]
    return CPU


def _heard(motion: "compose.Motion") -> "compose.Motion":
    noise = np.random.default_rng(0).normal(0, 0.05, (6 * 16000, 1)).astype(np.float32)
    return replace(motion, sound=noise)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voice", action="store_true", help="speak a sentence too")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = {name: round(seconds, 2) for name, seconds in measure(voice=chosen.voice).items()}
    rows = [("stage", "CPU seconds"), *figures.items()]
    report.show("render_speed", figures, rows=rows, as_json=chosen.json)


if __name__ == "__main__":
    main()
