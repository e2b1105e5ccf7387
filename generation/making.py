"""The two stages that make a video: generate (gpu queue: the model) and compose (media queue: the file).

Between them only the small motion record lies in storage, so either stage can be repeated alone and no message
carries frames.
"""

import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from PIL import Image

from catalog import assets
from catalog.facts import ProductFacts, ProductImage
from generation import engines, services
from generation.engines.base import Engine
from generation.jobs import Progress
from generation.models import Job, Video
from generation.render.clip import Motion
from generation.render.compose import RenderedCut, render
from generation.render.scene import Scene
from generation.specs import FRAME_SIZES, Format, VideoSpec

FORMATS: tuple[Format, ...] = cast("tuple[Format, ...]", tuple(FRAME_SIZES))


class CannotMake(RuntimeError):
    """The plan of a video cannot be carried out as it stands; the message says why."""

    is_permanent = True


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a stage needs to know of its video, read once and carried out without the database."""

    public_id: str
    engine: str
    spec: VideoSpec
    facts: ProductFacts


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a stage leaves: names in storage, and how it was made."""

    cuts: tuple[services.NewCut, ...] = ()
    recipe: dict[str, object]


class Generate:
    """Spec -> motion, light, effect and sound of each format, by the engine that the video names."""

    def load(self, job: Job) -> Order:
        services.advance(job.video, [Video.State.PLANNED], Video.State.DRAFTING)
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        progress("Loading the model", 0.0)
        engine = _engine(order.engine)
        started = time.process_time()
        for place, frame_format in enumerate(FORMATS):

            def report(done: float, place: int = place) -> None:
                progress("Generating motion, light and sound", (place + done) / len(FORMATS))

            motion = engine.generate(order.spec, _scene(order, frame_format), frame_format, report)
            _store_motion(order, frame_format, motion)
        seconds = round(time.process_time() - started, 2)
        return Made(recipe={"engine": engine.identity(), "generate_cpu_seconds": seconds})

    def commit(self, job: Job, result: Made) -> None:
        services.record_draft(video=job.video, recipe=result.recipe)


class Compose:
    """Motion + product photo + words -> the finished files of a video."""

    def load(self, job: Job) -> Order:
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        started = time.process_time()
        photo, cutout = _photo(order.facts)
        with tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
            scenes, motions = _scenes(order), {each: _load_motion(order, each) for each in FORMATS}
            rendered = render(
                order.spec, order.facts, scenes, motions, cutout=cutout, photo=photo, out=Path(folder),
                progress=lambda done: progress("Composing, voicing and encoding", done),
            )  # fmt: skip
            cuts = tuple(_store_cut(order, cut) for cut in rendered)
        timings = {"compose_cpu_seconds": round(time.process_time() - started, 2)}
        return Made(cuts=cuts, recipe=timings)

    def commit(self, job: Job, result: Made) -> None:
        services.record_cuts(video=job.video, cuts=result.cuts, recipe=result.recipe)


def _order(video: Video) -> Order:
    variant = video.variant
    return Order(
        public_id=str(video.public_id),
        engine=video.engine,
        spec=VideoSpec.from_json(json.dumps(variant.spec)),
        facts=ProductFacts.from_json(json.dumps(variant.facts)),
    )


@lru_cache(maxsize=3)
def _engine(name: str) -> Engine:
    """Loaded once a process: a worker keeps its model."""
    return engines.load(name, weights=settings.ENGINE_WEIGHTS, text_encoder=assets.resolve("minilm"))


def _scenes(order: Order) -> Mapping[Format, Scene]:
    return {each: _scene(order, each) for each in FORMATS}


def _scene(order: Order, frame_format: Format) -> Scene:
    name = order.spec.shots[0].scene
    if not name.startswith("photo:"):
        return Scene.load(name, frame_format)
    photo = next((image for image in order.facts.images if image.sha256 == name.removeprefix("photo:")), None)
    if photo is None:
        raise CannotMake(f"The scene photo {name} of {order.facts.sku} is not in its facts any more; plan again.")
    return Scene.from_photo(_pixels(photo.name, "RGB"), frame_format)


def _photo(facts: ProductFacts) -> tuple[ProductImage, np.ndarray]:
    photo = facts.packshot()
    if photo is None or not photo.cutout:
        raise CannotMake(f"{facts.sku} has no cut-out photo; open the product, add one and plan again.")
    return photo, _pixels(photo.cutout, "RGBA")


def _pixels(name: str, mode: str) -> np.ndarray:
    with default_storage.open(name) as file, Image.open(file) as image:
        return np.asarray(image.convert(mode))


def _motion_name(order: Order, frame_format: Format) -> str:
    return f"work/{order.public_id}/{frame_format}.npz"


def _store_motion(order: Order, frame_format: Format, motion: Motion) -> None:
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        motion.save(Path(file.name))
        _replace(_motion_name(order, frame_format), Path(file.name))


def _load_motion(order: Order, frame_format: Format) -> Motion:
    with (
        tempfile.NamedTemporaryFile(suffix=".npz") as file,
        default_storage.open(_motion_name(order, frame_format)) as own,
    ):
        file.write(own.read())
        file.flush()
        return Motion.load(Path(file.name))


def _store_cut(order: Order, cut: RenderedCut) -> services.NewCut:
    """Content-addressed: the same bytes have the same name, other bytes never replace them."""
    name = _replace(f"videos/{order.public_id}/{cut.format}-{cut.sha256[:16]}.mp4", cut.path)
    poster = _replace(f"posters/{order.public_id}/{cut.format}-{cut.sha256[:16]}.jpg", cut.poster)
    return services.NewCut(
        format=cut.format, name=name, poster=poster, sha256=cut.sha256, seconds=cut.seconds,
        width=cut.width, height=cut.height, size=cut.size,
    )  # fmt: skip


def _replace(name: str, path: Path) -> str:
    if default_storage.exists(name):
        default_storage.delete(name)
    with path.open("rb") as file:
        return default_storage.save(name, File(file))
