"""The two stages that make a video: generate (gpu queue: the model) and compose (media queue: the file).

Between them only the small motion record lies in storage, so either stage can be repeated alone and no message
carries frames.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from generation.render.compose import RenderedCut, render
from generation.render.framing import Seen
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import Shot, VideoSpec


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
    meaning: list[float] = field(default_factory=list)
    """Of its copy; empty where no engine was needed, or none can tell."""
    recipe: dict[str, object]


class Generate:
    """Spec -> motion, light, effect and sound of each format, by the engine that the video names."""

    def load(self, job: Job) -> Order:
        services.advance(job.video, [Video.State.PLANNED], Video.State.DRAFTING)
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        progress("Loading the model", 0.0)
        started = time.process_time()
        wanted, is_new = [(each, seen) for each in order.formats for seen in _seen(order, each)], False
        for done, (frame_format, seen) in enumerate(wanted):

            def report(share: float, done: int = done) -> None:
                progress("Generating motion, light and sound", (done + share) / len(wanted))

            name = _motion_name(order, frame_format, seen.shot)
            shared = _shared_motion(order, name)
            motion = shared or _generated(order, seen, report)
            is_new = is_new or not shared
            _store_motion(name, motion)
        seconds = round(time.process_time() - started, 2)
        meaning = _engine(order.engine).meaning(order.spec.copy) if is_new else []
        return Made(meaning=meaning, recipe={"made_by": motion.made_by, "generate_cpu_seconds": seconds})

    def commit(self, job: Job, result: Made) -> None:
        services.record_draft(video=job.video, meaning=result.meaning, recipe=result.recipe)


class Compose:
    """Motion + product photo + words -> the finished files of a video."""

    def load(self, job: Job) -> Order:
        return _order(job.video)

    def perform(self, order: Order, progress: Progress) -> Made:
        started = time.process_time()
        takes = {each: [_take(order, seen) for seen in _seen(order, each)] for each in order.formats}
        with tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
            rendered = render(
                order.spec,
                takes,
                cutout=_cutout(order.facts),
                out=Path(folder),
                progress=lambda done: progress("Composing, voicing and encoding", done),
            )
            cuts = tuple(_store_cut(order, cut) for cut in rendered)
        timings = {cut.format: {name: round(seconds, 2) for name, seconds in cut.timings.items()} for cut in rendered}
        notes = sorted({note for cut in rendered for note in cut.notes})
        cpu = round(time.process_time() - started, 2)
        motions = {each: [take.motion for take in shots] for each, shots in takes.items()}
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


def _generated(order: Order, seen: Seen, report: Callable[[float], None]) -> Motion:
    """The whole motion of a shot, with what is not shown of it."""
    plan = replace(order.spec.alone(seen.shot), seconds=order.spec.whole_seconds)
    return _engine(order.engine).generate(plan, seen.scene, seen.scene.format, report)


def _shared_motion(order: Order, name: str) -> Motion | None:
    """The same motion of the film that this one was cut from; None where there is no such film or it has not got it."""
    shared = name.replace(order.public_id, order.source)
    return _load_motion(shared) if order.source and default_storage.exists(shared) else None


@lru_cache(maxsize=3)
def _engine(name: str) -> Engine:
    """Loaded once a process: a worker keeps its model."""
    return engines.load(name, weights=settings.ENGINE_WEIGHTS, text_encoder=assets.resolve("minilm"))


def _seen(order: Order, frame_format: Format) -> list[Seen]:
    photo = _packshot(order.facts)
    return framing.seen(order.spec.shots, photo, lambda name: _whole_scene(order, name, frame_format))


def _take(order: Order, seen: Seen) -> Take:
    motion = _load_motion(_motion_name(order, seen.scene.format, seen.shot))
    return Take(seen.scene, motion, spot=seen.shot.spot, start=seen.shot.start)


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


def _motion_name(order: Order, frame_format: Format, shot: Shot) -> str:
    return f"work/{order.public_id}/{frame_format}-{order.spec.shots.index(shot)}.npz"


def _store_motion(name: str, motion: Motion) -> None:
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        motion.save(Path(file.name))
        _replace(name, Path(file.name))


def _load_motion(name: str) -> Motion:
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
