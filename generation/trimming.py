"""Cutting a stretch out of a finished film: the same motion drawn again without it, as a film of its own."""

import json

from django.db import transaction

from catalog.facts import ProductFacts
from generation import recall, services
from generation.models import Video
from generation.prompts.shortened import shortened, touched
from generation.specs import VideoSpec

CUT = (
    Video.State.REVIEWING, Video.State.NEEDS_PERSON, Video.State.APPROVED, Video.State.PUBLISHED, Video.State.REJECTED,
)  # fmt: skip
"""States of a film that a person may cut; the facts of the others are gone, or the film is."""


@transaction.atomic
def trim(*, video: Video, start: float, end: float, by: str) -> Video:
    """Start making the film without its seconds from `start` to `end`; it is audited and approved by itself.

    The film it is cut from stays as it is. Asking twice is the same as once. Raises CannotPlan.
    """
    if video.state not in CUT or not video.cuts.exists():
        raise services.CannotPlan("Only a finished film can be cut, and only while its facts stand: make it anew.")
    if recall.is_outdated(video.variant):
        raise services.CannotPlan("What this film promises has changed since: make it anew instead of cutting it.")
    variant = video.variant
    try:
        spec = shortened(_spec(video), start, end)
    except ValueError as problem:
        raise services.CannotPlan(str(problem)) from problem
    planned = services.PlannedAs(
        reason=f"seconds {start:.1f} to {end:.1f} cut out of a finished film", batch=variant.batch,
        engine=video.engine, exaggerated=variant.exaggerated, formats=video.formats, meaning=variant.meaning,
    )  # fmt: skip
    facts = ProductFacts.from_json(json.dumps(variant.facts))
    shorter = services.new_video(variant.product, facts, spec, planned)
    if Video.objects.filter(pk=shorter.pk, trimmed_from=None).update(trimmed_from=video):
        services.log(shorter, by, "trim", f"{start:.1f} to {end:.1f} s of video {video.public_id}")
    services.start([shorter])
    return shorter


def left_out(video: Video, start: float, end: float) -> list[str]:
    """The sentences of a film that go with a stretch of it."""
    spec = _spec(video)
    lines = [line for line in (*spec.captions, *spec.narration) if touched(line, start, end)]
    return list(dict.fromkeys(line.text for line in lines))


def _spec(video: Video) -> VideoSpec:
    return VideoSpec.from_json(json.dumps(video.variant.spec))
