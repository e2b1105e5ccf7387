"""The two stages that make a video: generate (gpu queue: the model) and compose (media queue: the file).

Between them only the small motion record lies in storage, so either stage can be repeated alone and no message
carries frames.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from numpy.typing import NDArray
from PIL import Image

from catalog import assets
from catalog.facts import ProductFacts, ProductImage
from generation import engines, services
from generation.engines.base import Engine
from generation.formats import USUAL, Format, ordered
from generation.jobs import Progress
from generation.models import Job, Video
from generation.render import framing, identity
from generation.render.clip import Motion
from generation.render.compose import Cutout, RenderedCut, render
from generation.render.scene import Scene
from generation.specs import VideoSpec


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
    formats: tuple[Format, ...] = USUAL
    source: str = ""
    """The film that this one was cut from, whose motion it shares."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a stage leaves: names in storage, and how it was made."""

    cuts: tuple[services.NewCut, ...] = ()
    render_hash: str = ""
    recipe: dict[str, object]


class Generate:
    """Spec -> motion, light, effect and sound of each format, by the engine that the video names."""

    def load(self, job: Job) -> Order:
        services.advance(job.video, [Video.State.PLANNED], Video.State.DRAFTING)
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        progress("Loading the model", 0.0)
        started = time.process_time()
        for place, frame_format in enumerate(order.formats):

            def report(done: float, place: int = place) -> None:
                progress("Generating motion, light and sound", (place + done) / len(order.formats))

            motion = _shared_motion(order, frame_format) or _generated(order, frame_format, report)
            _store_motion(order, frame_format, motion)
        seconds = round(time.process_time() - started, 2)
        return Made(recipe={"made_by": motion.made_by, "generate_cpu_seconds": seconds})

    def commit(self, job: Job, result: Made) -> None:
        services.record_draft(video=job.video, recipe=result.recipe)


class Compose:
    """Motion + product photo + words -> the finished files of a video."""

    def load(self, job: Job) -> Order:
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        started = time.process_time()
        motions = {each: _read_motion(_motion_name(order.public_id, each)) for each in order.formats}
        with tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
            rendered = render(
                order.spec,
                _scenes(order),
                motions,
                cutout=_cutout(order.facts),
                out=Path(folder),
                progress=lambda done: progress("Composing, voicing and encoding", done),
            )
            cuts = tuple(_store_cut(order, cut) for cut in rendered)
        timings = {cut.format: {name: round(seconds, 2) for name, seconds in cut.timings.items()} for cut in rendered}
        notes = sorted({note for cut in rendered for note in cut.notes})
        cpu = round(time.process_time() - started, 2)
        done = identity.render_hash(order.spec, motions)
        return Made(
            cuts=cuts, render_hash=done, recipe={"compose_cpu_seconds": cpu, "compose_seconds": timings, "notes": notes}
        )

    def commit(self, job: Job, result: Made) -> None:
        services.record_cuts(video=job.video, cuts=result.cuts, render_hash=result.render_hash, recipe=result.recipe)


def _order(video: Video) -> Order:
    variant = video.variant
    return Order(
        public_id=str(video.public_id),
        engine=video.engine,
        spec=VideoSpec.from_json(json.dumps(variant.spec)),
        facts=ProductFacts.from_json(json.dumps(variant.facts)),
        formats=tuple(ordered(video.formats)),
        source=str(video.trimmed_from.public_id) if video.trimmed_from else "",
    )


def _generated(order: Order, frame_format: Format, report: Callable[[float], None]) -> Motion:
    """The whole motion of the plan, with what is not shown of it."""
    plan = replace(order.spec, seconds=order.spec.whole_seconds)
    return _engine(order.engine).generate(plan, _scene(order, frame_format), frame_format, report)


def _shared_motion(order: Order, frame_format: Format) -> Motion | None:
    """The motion of the film that this one was cut from; None where there is no such film or it lacks this format."""
    name = _motion_name(order.source, frame_format)
    return _read_motion(name) if order.source and default_storage.exists(name) else None


@lru_cache(maxsize=3)
def _engine(name: str) -> Engine:
    """Loaded once a process: a worker keeps its model."""
    return engines.load(name, weights=settings.ENGINE_WEIGHTS, text_encoder=assets.resolve("minilm"))


def _scenes(order: Order) -> Mapping[Format, Scene]:
    return {each: _scene(order, each) for each in order.formats}


def _scene(order: Order, frame_format: Format) -> Scene:
    """The plan's scene, seen as closely as its product deserves."""
    shot, photo = order.spec.shots[0], _packshot(order.facts)
    scene = _whole_scene(order, shot.scene, frame_format)
    return framing.framed(scene, scene.spot(shot.spot), framing.subject(photo, shot.effect))


def _whole_scene(order: Order, name: str, frame_format: Format) -> Scene:
    if not name.startswith("photo:"):
        return Scene.load(name, frame_format)
    photo = next((image for image in order.facts.images if image.sha256 == name.removeprefix("photo:")), None)
    if photo is None:
        raise CannotMake(f"The scene photo {name} of {order.facts.sku} is not in its facts any more; plan again.")
    if photo.base_px is None or photo.metres_per_pixel is None:
        raise CannotMake(
            f"Scene photo {photo.name}: mark where the product stands and how wide something there is, then plan again."
        )
    return Scene.from_photo(
        _pixels(photo.name, "RGB"),
        frame_format,
        ground=photo.base_px,
        metres_per_pixel=photo.metres_per_pixel,
        surface="water" if order.facts.effect.kind == "jet" else "matt",
        name=photo.name,
    )


def _cutout(facts: ProductFacts) -> Cutout:
    photo = _packshot(facts)
    shadow = _pixels(photo.shadow, "L") if photo.shadow else None
    return Cutout(rgba=_pixels(photo.cutout, "RGBA"), photo=photo, shadow=shadow)


def _packshot(facts: ProductFacts) -> ProductImage:
    photo = facts.packshot()
    if photo is None or not photo.cutout:
        raise CannotMake(f"{facts.sku} has no cut-out photo; open the product, add one and plan again.")
    return photo


def _pixels(name: str, mode: str) -> NDArray[np.uint8]:
    with default_storage.open(name) as file, Image.open(file) as image:
        return np.asarray(image.convert(mode))


def _motion_name(public_id: str, frame_format: Format) -> str:
    return f"work/{public_id}/{frame_format}.npz"


def _store_motion(order: Order, frame_format: Format, motion: Motion) -> None:
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        motion.save(Path(file.name))
        _replace(_motion_name(order.public_id, frame_format), Path(file.name))


def _read_motion(name: str) -> Motion:
    with tempfile.NamedTemporaryFile(suffix=".npz") as file, default_storage.open(name) as own:
        file.write(own.read())
        file.flush()
        return Motion.load(Path(file.name))


def _store_cut(order: Order, cut: RenderedCut) -> services.NewCut:
    """Content-addressed: the same bytes have the same name, other bytes never replace them."""
    name = _replace(f"videos/{order.public_id}/{cut.format}-{cut.sha256[:16]}.mp4", cut.path)
    poster = _replace(f"posters/{order.public_id}/{cut.format}-{cut.sha256[:16]}.jpg", cut.poster)
    return services.NewCut(
        format=cut.format, name=name, poster=poster, sha256=cut.sha256, seconds=cut.seconds,
        width=cut.width, height=cut.height, size=cut.bytes,
    )  # fmt: skip


def _replace(name: str, path: Path) -> str:
    if default_storage.exists(name):
        default_storage.delete(name)
    with path.open("rb") as file:
        return default_storage.save(name, File(file))
