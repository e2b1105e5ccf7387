"""The films of the demo's products on one sheet: what a merchant sees, to be looked at after any change of the picture.

Three moments of each film, wide and tall: the first sentence, the second one from near, the end card. Camera, light and
effect are the model's.

    nice python benchmarks/film_sheet.py [--out docs/pictures/products.jpg] [--products VT-MUG VT-TOY ...]
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")
from benchmarks import demo_clips
from generation.formats import FRAME_SIZES, Format
from generation.planning import Cell
from generation.prompts import compose as plan_of
from generation.render import framing
from generation.render.compose import Cut
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import VideoSpec

FILMS = (
    ("VT-FNT", "bird_bath_garden", "en-US", "proof"), ("VT-FNT", "fish_pond_edge", "en-US", "question"),
    ("VT-MUG", "kitchen_counter", "en-US", "benefit"), ("VT-TOY", "nursery_mat", "fr-FR", "benefit"),
    ("VT-DIF", "christmas_table", "fr-FR", "proof"), ("VT-CND", "christmas_table", "en-US", "benefit"),
    ("VT-LAN", "campsite_table", "en-US", "proof"), ("VT-LMP", "wood_table_window", "en-US", "benefit"),
    ("VT-SER", "bathroom_shelf", "en-US", "benefit"),
)  # fmt: skip
MOMENTS = (0.25, 0.63, 0.92)
HEIGHTS: dict[Format, int] = {"wide": 140, "tall": 250}
GAP = 6


def main() -> None:
    """Write the sheet: a row of three wide and a row of three tall frames for each film, two films side by side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=demo_clips.ROOT / "docs" / "pictures" / "products.jpg")
    parser.add_argument("--products", nargs="*", help="beginnings of SKUs; all without it")
    options = parser.parse_args()
    chosen = [film for film in FILMS if not options.products or film[0] in options.products]
    cells = []
    for number, film in enumerate(chosen):
        cells.append(_film(*film))
        print(f"\r{number + 1}/{len(chosen)} {film[0]}", end="", file=sys.stderr, flush=True)
    _tiled(cells, columns=3).save(options.out, quality=86, optimize=True)


def _film(sku: str, scene: str, locale: str, hook: str) -> Image.Image:
    product = demo_clips.demo(sku)
    cell = Cell(scenario="family", locale=locale, hook=hook, scene=scene, seed=1, reason="")
    spec = plan_of(product.facts, cell, demo_clips.card(scene))
    return _stacked([_frames(product, spec, each) for each in HEIGHTS])


def _frames(product: demo_clips.Demo, spec: VideoSpec, frame_format: Format) -> Image.Image:
    """The moments of one cut beside each other."""
    engine = demo_clips.engine()
    takes = [
        Take(
            seen.scene,
            engine.generate(spec.alone(seen.shot), seen.scene, frame_format, lambda share: None),
            spot=seen.shot.spot,
            start=seen.shot.start,
        )
        for seen in framing.seen(spec.shots, product.image, lambda name: Scene.load(name, frame_format))
    ]
    cut = Cut(spec, takes, cutout=Cutout(rgba=product.rgba, photo=product.image))
    width, height = FRAME_SIZES[frame_format]
    size = round(HEIGHTS[frame_format] * width / height), HEIGHTS[frame_format]
    frames = [Image.fromarray(cut.frame(round(at * cut.frames))).resize(size) for at in MOMENTS]
    row = Image.new("RGB", (len(frames) * (size[0] + GAP) - GAP, size[1]), "white")
    for place, frame in enumerate(frames):
        row.paste(frame, (place * (size[0] + GAP), 0))
    return row


def _stacked(rows: list[Image.Image]) -> Image.Image:
    """One below the other, each in the middle."""
    whole = Image.new("RGB", (max(row.width for row in rows), sum(row.height + GAP for row in rows) - GAP), "white")
    top = 0
    for row in rows:
        whole.paste(row, ((whole.width - row.width) // 2, top))
        top += row.height + GAP
    return whole


def _tiled(cells: list[Image.Image], *, columns: int) -> Image.Image:
    size = np.array([max(cell.width for cell in cells), max(cell.height for cell in cells)]) + 3 * GAP
    sheet = Image.new("RGB", (int(size[0]) * columns, int(size[1]) * -(-len(cells) // columns)), "white")
    for number, cell in enumerate(cells):
        sheet.paste(cell, (number % columns * int(size[0]), number // columns * int(size[1])))
    return ImageOps.expand(sheet, 2 * GAP, "white")


if __name__ == "__main__":
    main()
