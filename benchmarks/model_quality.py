"""Does the shipped checkpoint move scenes it never saw better than what can be had without a model?

Truth: exact motion, light, effect and sound of clips of held-out scene families. Two kinds of prompts: those that ask
for more than a camera move (water, foliage, flames, steam, flicker, another light, an effect, a sound), judged by the
standardised error of model/evaluation/measures.py, which was fixed before any result was seen; and those that ask for a
camera move alone, judged by the end-point error. Four baselines (model/evaluation/baselines.py): a still picture, the
average pan/zoom with light of the same words, the same with parallax from exact depth, and the nearest training clip.
Intervals resample views.

    python benchmarks/model_quality.py [--clips 132] [--steps 4] [--seed 1] [--weights FOLDER]
                                       [--beside NAME FOLDER STEPS]... [--again NAME...] [--json]
                                       [--sheet FILE.jpg] [--waves FILE.jpg]

A student beside its teacher, and the teacher's noise floor: `--steps 4 --beside teacher FOLDER 32 --again teacher`.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch

from benchmarks.report import show
from model import stages
from model.__main__ import STATE
from model.evaluation.held_out import clips_with_more
from model.evaluation.outcome import generated
from model.inference import Generator, SampleRequest
from model.training.clips import Clip
from model.training.pictures import contact_sheet, sound_picture, warped_frame

MORE = ("more than a camera move", "standardised error")
CAMERA_ALONE = ("camera move alone", "endpoint error px at 1280")
WAVE_CHOICE = 66
SHEET_CHOICE, SHEET_CLIPS, SHEET_FRAMES = 24, 6, (0, 16, 32, 48)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=stages.EVALUATION_CLIPS)
    parser.add_argument("--steps", type=int, default=stages.EVALUATION_STEPS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
    parser.add_argument("--beside", nargs=3, action="append", default=[], metavar=("NAME", "FOLDER", "STEPS"))
    parser.add_argument("--again", nargs="*", default=[], metavar="NAME", help="also with another draw of noise")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--text-encoder", type=Path, default=None)
    parser.add_argument("--recipe", default="compact_cpu")
    parser.add_argument("--sheet", type=Path, help="also write a JPEG of exact and generated frames of held-out scenes")
    parser.add_argument("--waves", type=Path, help="also write a JPEG of exact and generated sounds of held-out scenes")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not (STATE / "views").is_dir():
        raise SystemExit("held-out scenes are missing: run `python -m tools.scenes.views`, then `python -m model data`")
    if options.sheet:
        draw_sheet(options)
    if options.waves:
        draw_waves(options)
    figures = stages.measure(options)
    show("model_quality", figures, rows=table(figures), as_json=options.json, seed=options.seed)


def draw_sheet(options: argparse.Namespace) -> None:
    """For a few held-out renders: frames of the exact motion above the generated ones."""
    generator = Generator.load(options.weights, stages.encoder_folder(options))
    views, rows = STATE / "views", []
    candidates = clips_with_more(stages.sources_of(options), SHEET_CHOICE)
    clips = [clip for clip in candidates if (views / f"{clip.view.name}.npz").exists()]
    for clip in clips[:: len(clips) // SHEET_CLIPS][:SHEET_CLIPS]:
        still = np.load(views / f"{clip.view.name}.npz")["rgb"]
        made = generated(generator, clip, clip.prompt, steps=options.steps, seed=options.seed)
        size = stages.sheet_size(still)
        pairs = {
            "exact": (clip.track.sources, clip.track.log_gain.exp()),
            "generated": (made.points, made.log_gain.exp()),
        }
        for name, (points, gain) in pairs.items():
            frames = [warped_frame(still, points[t].numpy(), gain[t].numpy(), size) for t in SHEET_FRAMES]
            rows.append((f"{name}: {clip.prompt}", frames))
    contact_sheet(rows, options.sheet)


def draw_waves(options: argparse.Namespace) -> None:
    """For every class of sound that held-out renders have: the recording above what is generated for its prompt."""
    generator, views = Generator.load(options.weights, stages.encoder_folder(options)), STATE / "views"
    heard: dict[str, Clip] = {}
    for clip in clips_with_more(stages.sources_of(options), WAVE_CHOICE):
        if "Sound:" in clip.prompt and (views / f"{clip.view.name}.npz").exists():
            heard.setdefault(clip.prompt.split("Sound:")[1].strip(" .").split(",")[0], clip)
    rows = []
    for name, clip in sorted(heard.items()):
        still = np.load(views / f"{clip.view.name}.npz")["rgb"]
        request = SampleRequest(still=still, prompt=clip.prompt, seed=options.seed, steps=options.steps)
        made = torch.from_numpy(generator.sample(request).sound[:, 0])
        loudest = float(max(clip.sound.abs().max(), made.abs().max(), 1e-3))
        rows.append((f"{name}: recording, generated", [sound_picture(each, loudest) for each in (clip.sound, made)]))
    contact_sheet(rows, options.waves)


def table(figures: dict[str, Any]) -> list[list[str]]:
    """Both groups of prompts against the baselines, then controls, sound, distance and faults."""
    rows = []
    for group, measure in (MORE, CAMERA_ALONE):
        found = figures[group]
        rows += [[f"{group}: {measure}", "mean", "95 % interval", "generated better by", "95 % interval"]]
        for way, cells in found[measure].items():
            better = cells.get("generated is better by")
            rows.append([way, *spread(cells["error"]), *(spread(better) if better else ["", ""])])
    for part, ways in figures[MORE[0]]["parts"].items():
        rows.append([f"part: {part}", " ".join(f"{way} {value:.3f}" for way, value in ways.items()), "", "", ""])
    for way, found in figures["controls"].items():
        rows.append([f"control, {way}", "correlation", "reached", "95 % interval", "clips"])
        for name, control in found.items():
            if "reached" in control:
                row = [name, f"{control['correlation']:.2f}", *spread(control["reached"]), str(control["clips"])]
                rows.append(row)
    for topic in ("sound", "frechet", "faults"):
        rows += [[f"{topic}: {name}", str(value), "", "", ""] for name, value in figures[topic].items()]
    return rows


def spread(interval: dict[str, float]) -> list[str]:
    return [f"{interval['mean']:.3f}", f"{interval['low']:.3f} .. {interval['high']:.3f}"]


if __name__ == "__main__":
    main()
