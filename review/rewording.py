"""What a new list of terms means for videos that were audited against an older one.

Their words were kept with their audit, so the new list is held against those: no file is read again.
"""

import json
from collections.abc import Iterator

from django.db.models import F

from catalog.facts import ProductFacts
from generation import recall
from generation.models import Video
from generation.specs import VideoSpec
from review.checks.absolute_terms import RULE, absolute_terms
from review.checks.term_lists import edition_of
from review.models import Audit
from review.observe.records import Observation


def overtaken() -> Iterator[tuple[Video, str]]:
    """The merchant's finished videos that say what today's list stops and the list of their audit did not."""
    audits = Audit.objects.filter(cut__video__state__in=recall.FINISHED, sha256=F("cut__sha256"))
    finished = audits.exclude(state=Audit.State.RUNNING).exclude(observation={})
    for locale in finished.values_list("cut__video__variant__locale", flat=True).order_by().distinct():
        edition = edition_of(locale)
        older = finished.filter(cut__video__variant__locale=locale).exclude(terms=edition)
        for audit in older.select_related("cut__video__variant__product").prefetch_related("findings"):
            if because := _newly_said(audit):
                yield audit.cut.video, because
            else:
                Audit.objects.filter(pk=audit.pk).update(terms=edition)


def _newly_said(audit: Audit) -> str:
    """The first sentence that today's list stops and nobody has judged yet; "" where there is none."""
    variant, told = audit.cut.video.variant, {row.claim for row in audit.findings.all() if row.rule == RULE}
    facts = ProductFacts.from_json(json.dumps(variant.facts))
    spec = VideoSpec.from_json(json.dumps(variant.spec))
    found = absolute_terms(facts, spec, Observation.from_json(json.dumps(audit.observation)))
    stopped = [row for row in found if row.severity in ("block", "person") and row.claim and row.claim not in told]
    return f"The list of terms changed: {stopped[0].message}" if stopped else ""
