"""Does the shipped checkpoint move scenes it never saw better than a still picture or a plain pan and zoom?

Truth: exact backward flow of clips of held-out scene families, computed from depth. Baselines: no motion, the mean
pan/zoom that training clips with the same camera words make, and (with knowledge of the truth) the best pan/zoom.

    python benchmarks/model_quality.py [--clips 132] [--steps 2] [--seed 1] [--json]
"""

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np

from benchmarks.report import show
from model import stages
from model.__main__ import STATE
from model.inference import Generator
from model.training.evaluate import generate, held_out_clips, read_points
from model.training.pictures import contact_sheet, warped_frame

SHEET_CHOICE, SHEET_CLIPS, SHEET_FRAMES = 24, 6, (0, 16, 32, 48)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=stages.EVALUATION_CLIPS)
    parser.add_argument("--steps", type=int, default=stages.EVALUATION_STEPS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--text-encoder", type=Path, default=None)
    parser.add_argument("--recipe", default="compact_cpu")
    parser.add_argument("--sheet", type=Path, help="also write a JPEG of exact and generated frames of held-out scenes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (STATE / "views").is_dir():
        raise SystemExit("held-out scenes are missing: run `python -m tools.scenes.views`, then `python -m model data`")
    if options.sheet:
        draw_sheet(options)
    figures = stages.measure(options)
    show("model_quality", figures, rows=table(figures), as_json=options.json, seed=options.seed)


def draw_sheet(options: argparse.Namespace) -> None:
    """For a few held-out renders: frames of the exact motion above the generated ones."""
    generator = Generator.load(options.weights, stages.encoder_folder(options))
    views, rows = STATE / "views", []
    candidates = held_out_clips(stages.sources_of(options), SHEET_CHOICE)
    clips = [clip for clip in candidates if (views / f"{clip.view.name}.npz").exists()]
    for clip in clips[:: len(clips) // SHEET_CLIPS][:SHEET_CLIPS]:
        still = np.load(views / f"{clip.view.name}.npz")["rgb"]
        made, _ = generate(generator, clip, clip.prompt, steps=options.steps, seed=options.seed)
        size = stages.sheet_size(still)
        pairs = {
            "exact": (clip.track.sources, clip.track.log_gain.exp()),
            "generated": (read_points(made), made.gain),
        }
        for name, (points, gain) in pairs.items():
            frames = [warped_frame(still, points[t].numpy(), gain[t].numpy(), size) for t in SHEET_FRAMES]
            rows.append((f"{name}: {clip.prompt}", frames))
    contact_sheet(rows, options.sheet)


def table(figures: dict) -> list[list[str]]:
    """End-point errors with intervals, the paired differences, then the controls."""
    rows = [["end-point error, px at 1280", "mean", "95 % interval", "generated is better by", "95 % interval"]]
    for name, error in figures["endpoint_error_px_at_1280"].items():
        gain = figures["generated_is_better_by_px"].get(name)
        better = [f"{gain['mean']:.2f}", span(gain)] if gain else ["", ""]
        rows.append([name, f"{error['mean']:.2f}", span(error), *better])
    rows.append(["control", "clips", "correlation", "slope", ""])
    for name, control in figures["controls"].items():
        rows.append([name, *(f"{control.get(key, float('nan')):.2f}" for key in ("clips", "correlation", "slope")), ""])
    rows.append(["sound class accuracy", f"{figures['sound_class_accuracy']:.2f}", "", "", ""])
    return rows


def span(interval: dict) -> str:
    return f"{interval['low']:.2f} .. {interval['high']:.2f}"


if __name__ == "__main__":
    main()
