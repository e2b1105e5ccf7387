"""Environment maps for lighting: unpack the CC0 maps of the npm package `@pmndrs/assets` and clean them.

The package stores DWAB-compressed EXR as base64 in JavaScript. That compression rings below zero around lamps and the
sun, which a path tracer shows as coloured speckle, so negative neighbourhoods are replaced by their grey blur.
Run: `python tools/scenes/hdri.py PACKAGE.tgz [EXTRA_FOLDER]`.
"""

import base64
import os
import re
import sys
import tarfile
import tempfile
from pathlib import Path

os.environ["OPENCV_IO_ENABLE_OPENEXR"] = "1"

import cv2
import numpy as np

CACHE = Path(__file__).parents[2] / ".cache" / "hdri"
RADIANCE_CAP = 400.0  # brighter pixels are replaced by a sun lamp, which samples without noise


def clean(radiance: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 radiance without negative ringing and with the sun capped."""
    negative = (radiance < 0).any(-1)
    radiance = np.clip(radiance, 0, RADIANCE_CAP)
    near = cv2.dilate(negative.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    grey = cv2.GaussianBlur(radiance, (0, 0), 2).mean(-1, keepdims=True)
    return np.where(near[..., None], grey, radiance).astype(np.float32)


def unpack(package: Path) -> None:
    """Write every `hdri/*.exr.js` of the package as `.cache/hdri/<name>.hdr`."""
    with tarfile.open(package) as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive.getmembers():
            match = re.search(r"hdri/(\w+)\.exr\.js$", member.name)
            if not match:
                continue
            text = archive.extractfile(member).read().decode()
            data = re.search(r"base64,([^\"'`]+)", text)
            exr = Path(folder) / "map.exr"
            exr.write_bytes(base64.b64decode(data.group(1)))
            write(match.group(1), cv2.imread(str(exr), cv2.IMREAD_UNCHANGED)[..., :3])


def write(name: str, radiance: np.ndarray) -> None:
    """Clean one BGR map and store it."""
    cv2.imwrite(str(CACHE / f"{name}.hdr"), clean(radiance.astype(np.float32)))
    print(name, radiance.shape)


def main() -> None:
    """Unpack the package, then take every Radiance file of the optional folder."""
    CACHE.mkdir(parents=True, exist_ok=True)
    unpack(Path(sys.argv[1]))
    for extra in sorted(Path(sys.argv[2]).glob("*.hdr")) if len(sys.argv) > 2 else []:
        write(extra.stem, cv2.imread(str(extra), cv2.IMREAD_UNCHANGED))


if __name__ == "__main__":
    main()
