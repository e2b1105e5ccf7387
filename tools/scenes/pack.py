"""The scene pack: stills, depth, motion classes and `scene.json` of each scene into `generation/scenes/<id>/`.

Run: `python -m tools.scenes.pack [SCENE ...]`. Pictures are traced at a part of 2560 x 1440 and enlarged with
Lanczos: more samples per pixel beat more pixels, and backgrounds are soft by design.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tools.scenes import stage
from tools.scenes.families import FAMILIES, PACK, Family
from tools.scenes.lighting import light_record
from tools.scenes.sets.built import Built

OUT = Path(__file__).parents[2] / "generation" / "scenes"
SIZES = {"wide": (2560, 1440), "tall": (1440, 2560)}
SEED = 7


def make_scene(name: str, options: argparse.Namespace) -> None:
    """Build one set once, then render and record both stills."""
    family = FAMILIES[name]
    stage.reset()
    built = family.build(np.random.default_rng(SEED), fixed=True)
    stage.bpy.context.scene.cycles.diffuse_bounces = 2
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    stills = {}
    for still, size in SIZES.items():
        start = time.time()
        view = stage.place_camera(family.framing(size))
        stage.bpy.context.scene.view_settings.exposure = family.exposure
        light = light_record(built.key, family.exposure)
        _render(folder, still, size, options)
        stills[still] = still_record(family, built, view, still=still, light=light)
        print(f"{name} {still}: {time.time() - start:.0f} s", flush=True)
    (folder / "scene.json").write_text(json.dumps(scene_record(name, family, built, stills), indent=1) + "\n")


def _render(folder: Path, still: str, size: tuple[int, int], options: argparse.Namespace) -> None:
    """Picture, half-size depth and low-resolution classes of the placed camera."""
    scene = stage.bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = (round(side * options.scale) for side in size)
    with tempfile.TemporaryDirectory() as temporary:
        picture = Path(temporary) / "still.png"
        stage.render_picture(picture, samples=options.samples, high_quality=True)
        finished(Image.open(picture), size, lift=FAMILIES[folder.name].lift).save(
            folder / f"{still}.jpg", quality=89, optimize=True
        )
    depth, classes = stage.render_depth_and_classes(size[0] // 2, size[1] // 2)
    millimetres = np.clip(np.rint(depth * 1000), 0, 65535).astype(np.uint16)
    Image.fromarray(millimetres).save(folder / f"{still}_depth.png", optimize=True)
    Image.fromarray(classes[2::4, 2::4]).save(folder / f"{still}_mask.png", optimize=True)


def finished(picture: Image.Image, size: tuple[int, int], *, lift: float = 0.0) -> Image.Image:
    """Enlarge, restore edges, open the shadows by `lift`, and lay fine film grain over the denoiser's smoothness."""
    large = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    sharp = np.asarray(large.filter(ImageFilter.UnsharpMask(radius=2.5, percent=70, threshold=1)), np.float32)
    tone = sharp.mean(-1, keepdims=True) / 255
    sharp = sharp * (1 + lift * (1 - tone) ** 3)
    grain = np.random.default_rng(SEED).normal(0, 1.6, (size[1], size[0], 1)).astype(np.float32)
    shade = sharp.mean(-1, keepdims=True) / 255
    return Image.fromarray(np.clip(sharp + grain * (0.4 + 2.4 * shade * (1 - shade)), 0, 255).astype(np.uint8))


def still_record(
    family: Family, built: Built, view: stage.View, *, still: str, light: dict[str, object]
) -> dict[str, object]:
    """Camera, plane, spot and light of one still; lengths in metres, pixels of the stored picture."""
    width, height = SIZES[still]
    u, v, depth = view.project(np.zeros(3))
    metres_per_pixel = float(depth / view.K[0, 0])
    top = (height - height / stage.OVERSCAN) / 2
    crop_width = width / stage.OVERSCAN * metres_per_pixel
    return {
        "file": f"{still}.jpg",
        "depth": f"{still}_depth.png",
        "mask": f"{still}_mask.png",
        "width": width,
        "height": height,
        "overscan": stage.OVERSCAN,
        "camera": {"K": _rounded(view.K), "R": _rounded(view.R, 7), "t": _rounded(view.t, 6), "up": [0, 0, 1]},
        "plane": {"normal": [0, 0, 1], "offset": 0.0},
        "spots": [
            {
                "xyz": [0.0, 0.0, 0.0],
                "pixel": [round(float(u), 2), round(float(v), 2)],
                "metres_per_pixel": round(metres_per_pixel, 8),
                "max_height_m": round(_room_above(view, top), 3),
                "max_width_m": round(min(built.clear_width, 0.8 * crop_width), 3),
            }
        ],
        "light": light,
    }


def _room_above(view: stage.View, top: float) -> float:
    """Height in metres of a vertical rod at the spot whose tip touches the crop's upper edge."""
    low, high = 0.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if view.project(np.array([0, 0, middle]))[1] > top else (low, middle)
    return low


def _rounded(values: np.ndarray, digits: int = 4) -> list:
    return np.round(values, digits).tolist()


def scene_record(name: str, family: Family, built: Built, stills: dict[str, object]) -> dict[str, object]:
    """The whole scene.json."""
    return {
        "id": name,
        "title": family.title,
        "tags": list(built.tags),
        "surface": built.surface,
        "reflective": built.reflective,
        "locales": list(family.locales),
        "sound": built.sound,
        "motion": list(built.motion),
        "license": "Apache-2.0, rendered by the project",
        "rendered": True,
        "stills": stills,
    }


def main() -> None:
    """Render the named scenes, or the whole pack."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenes", nargs="*")
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--scale", type=float, default=0.75)
    options = parser.parse_args()
    for name in options.scenes or PACK:
        make_scene(name, options)


if __name__ == "__main__":
    main()
