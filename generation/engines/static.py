"""The baseline that moves nothing but the product's own effect: what every other engine has to beat."""

from pathlib import Path

from generation.engines import base
from generation.formats import Format
from generation.render.clip import Motion
from generation.render.scene import Scene
from generation.specs import VideoSpec


class Static:
    """A still picture, silent."""

    name = "static"

    def generate(self, spec: VideoSpec, scene: Scene, frame_format: Format, progress: base.Progress) -> Motion:
        """Frame 0 for the whole clip."""
        motion = Motion.still(base.frames_of(spec), effect=base.effect_of(spec), fps=spec.fps, made_by=self.name)
        progress(1.0)
        return base.limited(motion, base.effect_of(spec))

    def meaning(self, text: str) -> list[float]:
        """It reads no text."""
        return []


def load(*, weights: Path, text_encoder: Path) -> Static:
    """Needs neither."""
    return Static()
