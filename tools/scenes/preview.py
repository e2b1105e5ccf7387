"""Render one quick preview: `python -m tools.scenes.preview FAMILY OUT.png [--tall] [--seed N] [--size 640]`."""

import argparse
import time
from pathlib import Path

import numpy as np

from tools.scenes import stage
from tools.scenes.families import FAMILIES


def main() -> None:
    """Build the set (fixed style, or a random one with --seed) and render it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("family")
    parser.add_argument("out", type=Path)
    parser.add_argument("--tall", action="store_true")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--exposure", type=float)
    options = parser.parse_args()
    family = FAMILIES[options.family]
    start = time.time()
    stage.reset()
    fixed = options.seed is None
    family.build(np.random.default_rng(7 if fixed else options.seed), fixed=fixed)
    size = (options.size, options.size * 9 // 16)
    stage.place_camera(family.framing(size[::-1] if options.tall else size))
    built = time.time()
    if fixed:
        stage.bpy.context.scene.view_settings.exposure = (
            family.exposure if options.exposure is None else options.exposure
        )
    else:
        stage.meter(family.target)
    stage.render_picture(options.out, samples=options.samples)
    print(f"built {built - start:.1f} s, rendered {time.time() - built:.1f} s, {time.process_time():.1f} CPU s")


if __name__ == "__main__":
    main()
