"""Motion: what an engine hands to the renderer. Pure numpy, small (about a megabyte), stored between the two workers.

Coordinates are normalised: x across the frame's width, y down its height, -1 and 1 at the outer edges of the outermost
pixels. Motion is a BACKWARD map: for a point of frame t it names the point of frame 0, the still's central crop,
that is shown there.
"""

import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.facts import EffectKind
from generation.render.errors import CannotWrite, RenderError
from generation.specs import EffectSpec

Floats = NDArray[np.float32]
HEIGHT, SPREAD, DENSITY, SWAY = range(4)
"""Columns of `Motion.effect`."""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Camera, local motion, light, effect and sound of one clip of T frames. Frame 0 is the untouched still.

    Raises RenderError when shapes do not belong together or a value is not finite.
    """

    homography: Floats
    """(T, 3, 3), frame 0 the identity."""
    flow: Floats
    """(T, rows, columns, 2), added to the homography's result; cells are centred like big pixels."""
    gain: Floats
    """(T, rows, columns), linear light, 1 = unchanged."""
    effect: Floats
    """(T, 4): height in metres, spread in metres, density 0..1, sway -1..1."""
    effect_kind: EffectKind = "none"
    sound: Floats
    """(samples, 1), -1..1."""
    sound_rate: int = 16000
    fps: int = 24
    made_by: str = ""
    """How it was made, for the recipe: engine, weights hash, steps, seed."""

    def __post_init__(self) -> None:
        shapes = {
            "homography": (len(self), 3, 3),
            "flow": (len(self), *self.flow.shape[1:3], 2),
            "gain": (len(self), *self.gain.shape[1:3]),
            "effect": (len(self), 4),
        }
        for name, shape in shapes.items():
            found = getattr(self, name)
            if found.shape != shape or found.dtype != np.float32:
                raise RenderError(f"Motion.{name} is {found.dtype} {found.shape}, not float32 {shape}: {self.made_by}")
            if not np.isfinite(found).all():
                raise RenderError(f"Motion.{name} holds a value that is not a number; make the motion again.")

    def __len__(self) -> int:
        return len(self.homography)

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return len(self) / self.fps

    def part(self, start: int, end: int) -> "Motion":
        """Frames `start` to `end` as a shot of its own: its camera sets out anew, its effect goes on; without sound."""
        count = end - start
        return replace(
            self,
            homography=self.homography[:count],
            flow=self.flow[:count],
            gain=self.gain[:count],
            effect=self.effect[start:end],
            sound=self.sound[:0],
        )

    @classmethod
    def still(cls, frames: int, *, effect: EffectSpec | None = None, fps: int = 24, made_by: str = "still") -> "Motion":
        """A clip in which nothing moves but the product's effect, at its asked size; silent."""
        asked = effect or EffectSpec()
        row = [asked.height_m, asked.spread_m, asked.density, asked.sway]
        return cls(
            homography=np.tile(np.eye(3, dtype=np.float32), (frames, 1, 1)),
            flow=np.zeros((frames, 2, 2, 2), np.float32),
            gain=np.ones((frames, 2, 2), np.float32),
            effect=np.tile(np.array(row, np.float32), (frames, 1)),
            effect_kind=asked.kind,
            sound=np.zeros((round(frames / fps * 16000), 1), np.float32),
            fps=fps,
            made_by=made_by,
        )

    def save(self, path: Path) -> None:
        """Write one .npz file, complete or not at all."""
        part = path.with_name(f".{path.name}.part")
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **vars(self))
        try:
            part.write_bytes(buffer.getvalue())
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CannotWrite(f"Cannot write {path}: {error.strerror}. Free space on that disk.") from error

    @classmethod
    def load(cls, path: Path) -> "Motion":
        """The inverse of `save`; raises RenderError on a missing or damaged file."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                values = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise RenderError(f"{path} is not a stored motion ({error}); generate the clip again.") from error
        plain = {name: value.item() if value.ndim == 0 else value for name, value in values.items()}
        return cls(**plain)
