"""Forty random samples on the pack's scenes whose families were never trained on, drawn at 720p, as one contact sheet.

Each sample draws a scene, a format, a prompt and a seed; the sheet shows the clip's last frame, where moves are widest,
with rigid things fitted and drawn as the media worker does (generation/render/rigid.py, warp.py). --raw leaves the fit
out. The table names the samples with the largest share of smeared frame.

    python benchmarks/model_samples.py [--count 40] [--steps 4] [--seed 1] [--raw]
                                       [--sheet FILE] [--frames FOLDER] [--json]
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import cv2
import numpy as np
import torch

from benchmarks.report import show
from generation.formats import Format
from generation.render.clip import Motion
from generation.render.rigid import settled
from generation.render.scene import Scene
from generation.render.warp import Backdrop, fit_inside
from model import stages
from model.evaluation.looks import block_borders, smeared_share
from model.inference import Generator, Sample, SampleRequest
from model.tokens.compact import CompactLayout
from model.training.directions import draw_direction, write_prompt
from model.training.pictures import read_points

HELD_OUT = {"fish_pond_edge": ("pond garden", {"water", "foliage"}), "nursery_mat": ("nursery", {"cloth"})}
SIZES: dict[Format, tuple[int, int]] = {"wide": (1280, 720), "tall": (720, 1280)}
COLUMNS, CELL_HEIGHT, CELL_WIDTH, CAPTION = 5, 180, 320, 34
GAIN_SPAN = (0.45, 1.8)
PRODUCT_RADIUS_M = 0.1


@dataclass(frozen=True)
class Drawn:
    """One random sample: its caption, its last frame at 720p, and figures of its motion there."""

    caption: str
    frame: np.ndarray
    smeared: float
    borders: float
    exposed: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", type=Path, default=ROOT / "model" / "weights")
    parser.add_argument("--text-encoder", type=Path, default=None)
    parser.add_argument("--sheet", type=Path, default=ROOT / "docs" / "pictures" / "model_samples.jpg")
    parser.add_argument("--raw", action="store_true", help="the network's own motion, before rigid things are fitted")
    parser.add_argument("--frames", type=Path, help="also write every frame whole")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    generator, rng = (
        Generator.load(options.weights, stages.encoder_folder(options)),
        np.random.default_rng(options.seed),
    )
    drawn = []
    for number in range(options.count):
        drawn.append(draw(generator, rng, options))
        print(f"\rsample {number + 1}/{options.count}", end="", file=sys.stderr, flush=True)
    write(drawn, options)
    smeared = sorted(((one.smeared, number) for number, one in enumerate(drawn)), reverse=True)
    figures = {
        "samples": len(drawn),
        "mean smeared share": float(np.mean([share for share, _ in smeared])),
        "largest smeared shares (sample)": ", ".join(f"{share:.3f} ({number + 1})" for share, number in smeared[:3]),
        "bends at cell borders over inside": float(np.mean([one.borders for one in drawn])),
        "samples outside the exposure range": sum(one.exposed for one in drawn),
    }
    rows = [["figure", "value"], *([name, str(value)] for name, value in figures.items())]
    show("model_samples", figures, rows=rows, as_json=options.json, seed=options.seed)


def draw(generator: Generator, rng: np.random.Generator, options: argparse.Namespace) -> Drawn:
    """One random sample, its last frame drawn from the still's own pixels."""
    scene = str(rng.choice(list(HELD_OUT)))
    shape: Format = "tall" if rng.random() < 0.25 else "wide"
    tags, present = HELD_OUT[scene]
    direction = draw_direction(rng)
    prompt = write_prompt(direction, tuple(tags.split()), present=present, rng=rng)
    place = Scene.load(scene, shape)
    still = np.ascontiguousarray(place.still)
    request = SampleRequest(still=still, prompt=prompt, steps=options.steps, seed=int(rng.integers(1 << 30)))
    sample = generator.sample(request)
    made = motion_of(sample)
    if not options.raw:
        made = fit_inside(settled(made, place, place.spots[0], radius_m=PRODUCT_RADIUS_M))
    points = read_points(made.homography[-1], made.flow[-1])
    frame = Backdrop(place, made, SIZES[shape]).frame(len(made) - 1)
    layout, whole = CompactLayout.for_size(*still.shape[:2]), torch.from_numpy(points)
    exposed = bool(made.gain.min() < GAIN_SPAN[0] or made.gain.max() > GAIN_SPAN[1])
    return Drawn(prompt, frame, smeared_share(whole), block_borders(whole[None], layout), exposed)


def motion_of(sample: Sample) -> Motion:
    """The sample as the media worker gets it, without an effect."""
    return Motion(
        homography=sample.homography,
        flow=sample.flow,
        gain=sample.gain,
        effect=sample.effect,
        effect_kind="none",
        sound=sample.sound,
        sound_rate=sample.sound_rate,
        fps=sample.fps,
        made_by="sample",
    )


def write(drawn: list[Drawn], options: argparse.Namespace) -> None:
    """The contact sheet, and with --frames every frame."""
    cells = [cell(number, one) for number, one in enumerate(drawn)]
    cells += [np.full_like(cells[0], 255)] * (-len(cells) % COLUMNS)
    rows = [np.concatenate(cells[start : start + COLUMNS], axis=1) for start in range(0, len(cells), COLUMNS)]
    options.sheet.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(options.sheet), np.concatenate(rows)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 78])
    if options.frames:
        options.frames.mkdir(parents=True, exist_ok=True)
        for number, one in enumerate(drawn):
            cv2.imwrite(str(options.frames / f"{number + 1:02}.jpg"), one.frame[..., ::-1])


def cell(number: int, one: Drawn) -> np.ndarray:
    """A small frame over its number and prompt."""
    height, width = one.frame.shape[:2]
    scale = min(CELL_HEIGHT / height, (CELL_WIDTH - 4) / width)
    small = cv2.resize(one.frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    picture = np.full((CELL_HEIGHT + CAPTION, CELL_WIDTH, 3), 255, np.uint8)
    left = (CELL_WIDTH - small.shape[1]) // 2
    picture[: small.shape[0], left : left + small.shape[1]] = small
    words = f"{number + 1}: {one.caption}"
    for line, text in enumerate((words[:52], words[52:104])):
        place = (4, CELL_HEIGHT + 12 + 14 * line)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (40, 40, 40), 1, cv2.LINE_AA)
    return picture


if __name__ == "__main__":
    main()
