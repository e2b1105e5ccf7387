"""Which rendering this is: a fingerprint of everything that shapes the pixels and the sound of a video.

The plan has its own hash and so has each finished file. This one lies between: it changes when the weights, this code,
the encoder or a font changes, so that a video can be told to be as today's system would make it, or not.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import PIL

from catalog import assets
from generation.formats import Format
from generation.render.clip import Motion
from generation.specs import VideoSpec

ASSETS = ("font_inter", "font_cjk", "kokoro", "kokoro_voices", "kokoro_vocabulary")
"""What letters and voices are made from."""


def render_hash(spec: VideoSpec, motions: Mapping[Format, Sequence[Motion]]) -> str:
    """SHA-256 over the plan, how its motions were made (engine, weights, steps, seed), and `tools`."""
    made = {frame_format: [motion.made_by for motion in shots] for frame_format, shots in motions.items()}
    parts = {"spec": spec.hash, "made_by": made, "tools": tools()}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def tools() -> str:
    """Hash of this package's code, the pinned fonts and voices, and the versions of what draws and encodes."""
    known = assets.assets()
    pinned = [[name, *(file.sha256 for file in known[name].files)] for name in ASSETS]
    versions = [cv2.__version__, PIL.__version__, np.__version__, imageio_ffmpeg.get_ffmpeg_version()]
    return hashlib.sha256(json.dumps([_code(), pinned, versions]).encode()).hexdigest()


def _code() -> str:
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()
