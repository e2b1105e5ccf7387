"""Short finished files of the demo catalog with a known truth: what the benchmarks of the audit watch.

Everything is the product's own: plan, prompt, trained model, compositor, captions, label, H.264. Only what a benchmark
asks for (the effect's size, say) is set by hand. A clip is a stretch of the six seconds that a plan lasts.
"""

import json
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog import assets
from catalog.cutout import cut_out
from catalog.facts import Parameter, ProductEffect, ProductFacts, ProductImage, SellingPoint
from catalog.ingest import images
from generation import engines
from generation.engines.base import Engine
from generation.formats import Format
from generation.planning import Cell, SceneCard, scene_pack
from generation.prompts import compose as composer
from generation.render import compose, framing
from generation.render.clip import HEIGHT, SPREAD, Motion
from generation.render.scene import Scene
from generation.render.view import Cutout, Take
from generation.specs import Line, Shot, VideoSpec
from review.observe.photo import Photo

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "catalog" / "demo"


@dataclass(frozen=True, eq=False)
class Demo:
    """A product of the demo catalog: its facts, and its packshot cut out as the catalog does it."""

    facts: ProductFacts
    rgba: NDArray[np.uint8]

    @property
    def image(self) -> ProductImage:
        return self.facts.images[0]

    @cached_property
    def photo(self) -> Photo:
        return Photo.of(self.image, self.rgba)


@cache
def demo(sku: str) -> Demo:
    """The product whose sku begins so; words are not facts, so properties without a number are left out."""
    rows = [json.loads(line) for line in (DEMO / "products.jsonl").read_text().splitlines()]
    row = next(row for row in rows if row["sku"].startswith(sku))
    shot = row["images"][0]
    photo = images.read(DEMO / shot["file"])
    cut = cut_out(photo)
    left, top, right, bottom = cut.box
    known = ProductImage(
        sha256=photo.sha256, name=shot["file"], width=photo.width, height=photo.height, role="packshot",
        cutout="memory", metres_per_pixel=shot["width_m"] / (right - left), pitch_deg=shot["camera_pitch_deg"],
        base_px=cut.base_px, effect_px=cut.effect_px, outline=(left, top, right, bottom),
    )  # fmt: skip
    numbers = [row for row in row["parameters"] if isinstance(row["value"], int | float)]
    points = [{name: point[name] for name in ("id", "text", "spoken", "evidence")} for point in row["selling_points"]]
    facts = ProductFacts(
        sku=row["sku"], title=row["title"], brand=row["brand"], category=row["category"],
        price_minor=round(100 * row["price"]), currency=row["currency"],
        parameters=tuple(Parameter(**number) for number in numbers),
        selling_points=tuple(SellingPoint(**{**p, "evidence": tuple(p["evidence"])}) for p in points),
        images=(known,), in_the_box=tuple(row["in_the_box"]),
        effect=ProductEffect(kind=row["effect"]["kind"], cap_parameter=row["effect"]["cap_parameter"] or ""),
    )  # fmt: skip
    return Demo(facts, cut.pixels)


def card(scene: str) -> SceneCard:
    """A scene of the pack by its id."""
    return next(each for each in scene_pack() if each.id == scene)


def plan(
    product: Demo, scene: str, *, scenario: str = "family", locale: str = "en-US", seed: int = 0, hook: str = "benefit"
) -> VideoSpec:
    """The six-second plan that the product would get in this scene, as one shot: its first one throughout."""
    cell = Cell(scenario=scenario, locale=locale, hook=hook, scene=scene, seed=seed, reason="")
    spec = composer(product.facts, cell, card(scene))
    return spec.alone(replace(spec.shots[0], end=spec.seconds))


def with_height(spec: VideoSpec, metres: float) -> VideoSpec:
    """The plan with its effect at this height, allowed or not."""
    (shot,) = spec.shots
    share = metres / shot.effect.height_m
    effect = replace(shot.effect, height_m=metres, spread_m=shot.effect.spread_m * share)
    return replace(spec, shots=(replace(shot, effect=effect),))


def without_words(spec: VideoSpec) -> VideoSpec:
    """The plan with an empty prompt and nothing to read or hear: what remains are picture and metres."""
    (shot,) = spec.shots
    return replace(spec, shots=(replace(shot, prompt=""),), captions=(), narration=())


def film(
    spec: VideoSpec, product: Demo, frame_format: Format, folder: Path, *, start: float = 0.0, seconds: float = 6.0
) -> Path:
    """``folder/<format>.mp4``: the stretch of the plan from `start` on, silent unless it is whole.

    Camera, light and local motion are the model's; the effect stands at the plan's height all the time, but where the
    plan has no words: there it is the model's too.
    """
    scene = _framed(Scene.load(spec.shots[0].scene, frame_format), spec.shots[0], product)
    motion = engine().generate(spec, scene, frame_format, lambda share: None)
    motion = _steady(motion, spec) if spec.shots[0].prompt else motion
    if seconds < spec.seconds:
        spec, motion = _stretch(spec, start, seconds), _part(motion, start, seconds)
    cutout = Cutout(rgba=product.rgba, photo=product.image)
    (cut,) = compose.render(spec, {frame_format: [Take(scene, motion)]}, cutout=cutout, out=folder)
    return cut.path


def _framed(scene: Scene, shot: Shot, product: Demo) -> Scene:
    """The director's crop as `generation.making` takes it: for what is allowed, however high the effect is drawn."""
    allowed = (
        shot.effect
        if shot.effect.cap_m is None
        else replace(shot.effect, height_m=min(shot.effect.height_m, shot.effect.cap_m))
    )
    return framing.framed(scene, scene.spot(shot.spot), framing.subject(product.image, allowed))


def _steady(motion: Motion, spec: VideoSpec) -> Motion:
    """The model lets an effect rise and fall; a measurement needs one height that is true throughout."""
    effect = motion.effect.copy()
    effect[:, HEIGHT] = spec.shots[0].effect.height_m
    effect[:, SPREAD] = spec.shots[0].effect.spread_m
    return replace(motion, effect=effect)


def _part(motion: Motion, start: float, seconds: float) -> Motion:
    frames = slice(round(start * motion.fps), round((start + seconds) * motion.fps))
    sound = slice(round(start * motion.sound_rate), round((start + seconds) * motion.sound_rate))
    return replace(
        motion, homography=motion.homography[frames], flow=motion.flow[frames], gain=motion.gain[frames],
        effect=motion.effect[frames], sound=motion.sound[sound],
    )  # fmt: skip


def _stretch(spec: VideoSpec, start: float, seconds: float) -> VideoSpec:
    captions = tuple(
        Line(start=max(0.0, line.start - start), end=min(seconds, line.end - start), text=line.text)
        for line in spec.captions
        if line.start < start + seconds - 0.5 and line.end > start + 0.5
    )
    shots = tuple(replace(shot, start=0.0, end=seconds) for shot in spec.shots)
    labels = tuple(replace(label, start=0.0, end=seconds) for label in spec.labels)
    return replace(spec, seconds=seconds, shots=shots, captions=captions, narration=(), labels=labels)


@cache
def engine() -> Engine:
    """The engine of the product with the shipped weights, loaded once."""
    return engines.load("unified", weights=ROOT / "model" / "weights", text_encoder=assets.resolve("minilm"))
