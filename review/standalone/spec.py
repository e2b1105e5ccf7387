"""SPEC.json and photos in, an audit's Question out; every mistake is told with its place."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its types are a package of their own

from catalog.cutout import CutoutError, cut_out
from catalog.facts import Consent, Evidence, Parameter, ProductEffect, ProductFacts, ProductImage, units
from catalog.ingest import images
from generation.specs import VideoSpec
from review.auditing import Question
from review.observe.observer import Subject, observe
from review.observe.photo import Photo

FOLDER = Path(__file__).parent


class SpecError(ValueError):
    """The specification or a photo cannot be used. The message says where and why."""


@dataclass(frozen=True, kw_only=True)
class Spec:
    """A specification as read: facts, the video's locale, what is known of the photo, and the plan if there is one."""

    facts: ProductFacts
    locale: str
    width_m: float | None
    effect_px: tuple[float, float] | None
    plan: VideoSpec | None


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema of ``spec`` or ``report``."""
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.schema.json").read_text())
    return loaded


def read(file: Path) -> Spec:
    """Read a specification; raises SpecError."""
    try:
        raw = json.loads(file.read_text())
    except FileNotFoundError as error:
        raise SpecError(f"There is no file {file}.") from error
    except ValueError as error:
        raise SpecError(f"{file} is no JSON: {error}") from error
    wrong = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema("spec")).iter_errors(raw))
    if wrong:
        raise SpecError(f"{file}, at {wrong.json_path}: {wrong.message}")
    photo, effect = raw.get("photo", {}), raw.get("effect", {"kind": "none", "cap_parameter": ""})
    spec = Spec(
        facts=_facts(raw, ProductEffect(**effect), file),
        locale=raw.get("locale", "en-US"),
        width_m=photo.get("width_m"),
        effect_px=tuple(photo["effect_px"]) if "effect_px" in photo else None,
        plan=_plan(raw["plan"], file) if "plan" in raw else None,
    )
    if effect["kind"] != "none" and spec.facts.effect_cap() is None:
        raise SpecError(f"{file}, at $.effect.cap_parameter: no parameter is named {effect['cap_parameter']!r}.")
    return spec


def _facts(raw: Mapping[str, Any], effect: ProductEffect, file: Path) -> ProductFacts:
    locale = raw.get("locale", "en-US")
    title = {locale: raw["title"]} if isinstance(raw["title"], str) else raw["title"]
    parameters = tuple(Parameter(id=f"par-{row['name']}", **row) for row in raw.get("parameters", ()))
    for place, parameter in enumerate(parameters):
        _known(parameter, f"{file}, at $.parameters[{place}].unit")
    return ProductFacts(
        sku=raw["sku"],
        title=title,
        brand=raw.get("brand", ""),
        locale=locale,
        price_minor=round(raw["price"] * 100) if "price" in raw else None,
        currency=raw.get("currency", ""),
        parameters=parameters,
        evidence=tuple(Evidence(id=f"ev-{place}", **row) for place, row in enumerate(raw.get("evidence", ()))),
        consents=tuple(
            Consent(id=f"con-{place}", **{**row, "territory": tuple(row.get("territory", ()))})
            for place, row in enumerate(raw.get("consents", ()))
        ),
        in_the_box=tuple(raw.get("in_the_box", ())),
        effect=effect,
    )


def _known(parameter: Parameter, place: str) -> None:
    if parameter.unit and parameter.unit not in units():
        raise SpecError(f"{place}: {parameter.unit!r} is no unit that Pint knows, such as 'cm' or 'litre / hour'.")


def _plan(raw: Mapping[str, Any], file: Path) -> VideoSpec:
    try:
        return VideoSpec.from_json(json.dumps(raw))
    except (TypeError, KeyError) as error:
        raise SpecError(f"{file}, at $.plan: this is no plan of Vitrine ({error}).") from error


def question(spec: Spec, photos: Sequence[Path], file: Path) -> Question:
    """What the file is compared with: of several photos the one that shows the product as the video does."""
    usable = [_photo(photo, spec) for photo in photos]
    chosen = (
        usable[0] if len(usable) == 1 else max(usable, key=lambda each: _resemblance(each, spec, file), default=None)
    )
    return Question(facts=spec.facts, photo=chosen, locale=spec.locale, spec=spec.plan)


def _photo(file: Path, spec: Spec) -> Photo:
    """The product cut out of a photo, with its scale where the specification gives its width."""
    try:
        cut = cut_out(images.read(file))
    except FileNotFoundError as error:
        raise SpecError(f"There is no photo {file}.") from error
    except (images.ImageError, CutoutError) as error:
        raise SpecError(str(error)) from error
    image = ProductImage(
        sha256="",
        name=file.name,
        width=cut.pixels.shape[1],
        height=cut.pixels.shape[0],
        role="packshot",
        metres_per_pixel=spec.width_m / cut.width_px if spec.width_m else None,
        base_px=cut.base_px,
        effect_px=spec.effect_px or cut.effect_px,
    )
    return Photo.of(image, cut.pixels)


def _resemblance(photo: Photo, spec: Spec, file: Path) -> float:
    subject = Subject(facts=spec.facts, photo=photo, locale=spec.locale)
    seen = observe(file, subject, lambda stage, share: None, parts=frozenset(["product"]))
    return median(sighting.likeness for sighting in seen.sightings) if seen.sightings else -1.0
