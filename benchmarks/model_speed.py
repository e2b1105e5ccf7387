"""How long does one sample of six seconds take on this machine: text, network, decoding, sound?

python benchmarks/model_speed.py [--steps 8] [--runs 3] [--threads 2] [--json]
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

from benchmarks.report import show
from model import stages
from model.inference import EffectAsk, Generator, SampleRequest

PROMPT = "garden outdoor summer. pan left. gentle water, wind in leaves. steady light. water jet"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
    parser.add_argument("--text-encoder", type=Path, default=None)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    started = time.perf_counter()
    generator = Generator.load(options.weights, stages.encoder_folder(options))
    figures = {"load_seconds": time.perf_counter() - started, **sampling(generator, options)}
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


if __name__ == "__main__":
    main()
