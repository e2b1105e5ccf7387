"""How long does one sample of six seconds take on this machine: text, network, decoding, sound?

With --scene also a whole scene of five seconds: sample with sound, rigid things fitted, 120 frames drawn at 720p. Goal:
at most 3 s on two cores, the model's part at most 0.5 s, at 4 steps.

    python benchmarks/model_speed.py [--steps 8] [--runs 3] [--threads 2] [--scene] [--json]
"""

import argparse
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch

from benchmarks.model_samples import PRODUCT_RADIUS_M, SIZES, motion_of
from benchmarks.report import show
from generation.render.rigid import settled
from generation.render.scene import Scene
from generation.render.warp import Backdrop, fit_inside
from model import stages
from model.inference import EffectAsk, Generator, SampleRequest

PROMPT = "garden outdoor summer. pan left. gentle water, wind in leaves. steady light. water jet"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--scene", action="store_true", help="also a drawn scene of five seconds")
    parser.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
    parser.add_argument("--text-encoder", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    started = time.perf_counter()
    generator = Generator.load(options.weights, stages.encoder_folder(options))
    figures = {"load_seconds": time.perf_counter() - started, **sampling(generator, options)}
    if options.scene:
        figures |= scene_of_five_seconds(generator, options)
    rows = [["figure", "seconds"], *([name, f"{value:.2f}"] for name, value in figures.items())]
    show("model_speed", figures, rows=rows, as_json=options.json)


def sampling(generator: Generator, options: argparse.Namespace) -> dict[str, float]:
    """Best wall and processor time of a whole sample at the asked steps, after one warm-up."""
    still = np.random.default_rng(0).integers(0, 255, (828, 1472, 3), dtype=np.uint8)
    ask = EffectAsk(kind="jet", height_m=0.45, spread_m=0.2)
    request = SampleRequest(still=still, prompt=PROMPT, effect=ask, steps=options.steps)
    generator.sample(request)
    wall, processor = [], []
    for _ in range(options.runs):
        begun, used = time.perf_counter(), time.process_time()
        generator.sample(request)
        wall.append(time.perf_counter() - begun)
        processor.append(time.process_time() - used)
    return {"sample_wall_seconds": min(wall), "sample_processor_seconds": min(processor)}


def scene_of_five_seconds(generator: Generator, options: argparse.Namespace) -> dict[str, float]:
    """Wall and processor time of the model's part and of the whole, best of the runs."""
    place, runs = Scene.load("fish_pond_edge", "wide"), []
    still = np.ascontiguousarray(place.still)
    request = SampleRequest(still=still, prompt=PROMPT, seconds=5, steps=options.steps)
    for _ in range(options.runs):
        wall, used = time.perf_counter(), time.process_time()
        sample = generator.sample(request)
        model_wall, model_used = time.perf_counter() - wall, time.process_time() - used
        made = fit_inside(settled(motion_of(sample), place, place.spots[0], radius_m=PRODUCT_RADIUS_M))
        backdrop = Backdrop(place, made, SIZES["wide"])
        for index in range(len(made)):
            backdrop.frame(index)
        runs.append((model_wall, model_used, time.perf_counter() - wall, time.process_time() - used))
    best = np.min(runs, axis=0).tolist()
    names = ("model_wall", "model_processor", "scene_wall", "scene_processor")
    return {f"{name}_seconds": value for name, value in zip(names, best, strict=True)}


if __name__ == "__main__":
    main()
