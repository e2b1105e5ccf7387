"""Writes of generation: planning variants, moving states, approving, placing, recording what sold.

A state moves by conditional update, and only the caller whose update counted acts on it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import webhooks
from accounts.models import AuditLog, Merchant
from catalog import selectors as catalog_selectors
from catalog.facts import ProductFacts
from catalog.models import Product
from generation import jobs, selectors
from generation.formats import USUAL, Format, ordered
from generation.models import Approval, Cut, Job, Placement, Score, SignedFile, Variant, Video
from generation.placements import labels
from generation.planning import missing, own_scenes, plan, scene_pack
from generation.prompts import compose, exaggerate
from generation.prompts.locales import locales as known_locales
from generation.specs import VideoSpec

BATCH = 4
"""Variants planned when nobody says how many."""

TOLD: dict[str, str] = {
    Video.State.APPROVED: "video.approved",
    Video.State.REJECTED: "video.rejected",
    Video.State.STALE: "video.stale",
    Video.State.WITHDRAWN: "video.withdrawn",
    Video.State.TAKEN_DOWN: "video.taken_down",
}
"""States that webhooks are told of."""


class NotSigned(ValueError):
    """A file may not be shown before it carries its seal."""


class CannotPlan(ValueError):
    """A product lacks something that every video needs; the message says what to add."""

    is_permanent = True


@dataclass(frozen=True, kw_only=True)
class PlannedAs:
    """How a variant came to be planned."""

    reason: str
    batch: int
    engine: str
    exaggerated: bool = False
    formats: Sequence[str] = USUAL
    meaning: Sequence[float] = ()
    """Of the film that it is a part of: nearly its own, and no engine has to be loaded for it."""


@transaction.atomic
def plan_product(
    *,
    product: Product,
    locales: Sequence[str] = (),
    budget: int = BATCH,
    engine: str = "unified",
    formats: Sequence[str] = USUAL,
) -> list[Video]:
    """Plan the next batch of variants; cells that exist already are kept as they are. Raises CannotPlan."""
    facts = plannable(product)
    batch = selectors.next_batch(product)
    cards = (*own_scenes(facts), *scene_pack())
    cells = plan(
        facts,
        cards,
        locales=list(locales) or known_locales(),
        budget=budget,
        learned=selectors.learned_for(product),
        seed=batch,
    )
    if not cells:
        raise CannotPlan(f"No scene of ours suits {product.sku} at its size: give a scene photo of your own.")
    by_id = {card.id: card for card in cards}
    return [
        new_video(
            product,
            facts,
            compose(facts, cell, by_id[cell.scene]),
            PlannedAs(reason=cell.reason, batch=batch, engine=engine, formats=formats),
        )
        for cell in cells
    ]


@transaction.atomic
def plan_twins(*, product: Product, locale: str = "en-US", engine: str = "unified") -> tuple[Video, Video]:
    """An honest video without any number and its twin whose effect is twice the cap. Raises CannotPlan.

    The pair proves that the audit measures pixels: text and speech of both are the same.
    """
    facts = plannable(product)
    if facts.effect_cap() is None:
        raise CannotPlan(f"{product.sku} has no effect with a cap, so there is nothing to exaggerate.")
    cards = {card.id: card for card in scene_pack()}
    cell = replace(plan(facts, list(cards.values()), locales=[locale], budget=4, seed=77)[-1], locale=locale)
    honest = compose(facts, cell, cards[cell.scene], numbers=False)
    batch = selectors.next_batch(product)
    within = PlannedAs(reason="honest twin, within the cap", batch=batch, engine=engine)
    above = replace(within, reason="twin above the cap, for the audit to stop", exaggerated=True)
    return new_video(product, facts, honest, within), new_video(product, facts, exaggerate(honest), above)


def plan_and_enqueue(
    *, merchant: Merchant, product: Product, budget: int = BATCH, formats: Sequence[str] = USUAL
) -> list[Video]:
    """The dashboard's button: plan the next batch and start making it. Raises CannotPlan."""
    videos = plan_product(product=product, budget=budget, formats=formats)
    AuditLog.objects.create(merchant=merchant, actor="dashboard", action="plan", subject=product.sku)
    start(videos)
    return videos


@transaction.atomic
def add_format(*, video: Video, frame_format: str, by: str) -> Video:
    """Start making the same film in one more format and return it: a video of its own, audited and approved by itself.

    The one that exists already where the film has that format. Raises CannotPlan for a film that may not be shown.
    """
    (wanted,) = _known([frame_format])
    if video.state in selectors.SPENT:
        raise CannotPlan("This film may not be shown any more: make it anew, then add formats to the new one.")
    cuts_of_film = Video.objects.filter(variant=video.variant, engine=video.engine)
    if twin := cuts_of_film.filter(formats__contains=[wanted]).first():
        return twin
    added = Video.objects.create(
        merchant_id=video.merchant_id, variant=video.variant, engine=video.engine, formats=[wanted]
    )
    log(added, by, "add_format", wanted)
    start([added])
    return added


def _known(formats: Sequence[str]) -> list[Format]:
    try:
        return ordered(formats) or [*USUAL]
    except ValueError as problem:
        raise CannotPlan(str(problem)) from problem


def start(videos: Sequence[Video]) -> None:
    """Put planned videos into the queue; those under way already are left alone."""
    for video in videos:
        if video.state == Video.State.PLANNED:
            jobs.enqueue(video=video, kind=Job.Kind.GENERATE)


@transaction.atomic
def retry(*, video: Video) -> bool:
    """Try a failed video again from the stage that failed; False when nothing had failed."""
    job = video.jobs.filter(state=Job.State.DEAD).first()
    if job is None or not jobs.retry(job=job):
        return False
    before = {
        Job.Kind.GENERATE: Video.State.PLANNED,
        Job.Kind.COMPOSE: Video.State.DRAFTED,
        Job.Kind.REVIEW: Video.State.REVIEWING,
    }[Job.Kind(job.kind)]
    advance(video, [Video.State.FAILED], before)
    transaction.on_commit(lambda: jobs.ring(job.queue), robust=True)
    return True


def advance(video: Video, from_states: Sequence[str], to_state: str) -> bool:
    """Move a video if it still is in one of the states; True when this call moved it."""
    moved = Video.objects.filter(pk=video.pk, state__in=from_states).update(
        state=to_state, error="", updated=timezone.now()
    )
    if moved:
        video.state = to_state
        _announce(video)
    return bool(moved)


def _announce(video: Video) -> None:
    """Tell the merchant's own systems of the states they may wait for."""
    event = TOLD.get(video.state)
    if event and webhooks.wanted(video.merchant_id, event):
        product = video.variant.product
        named = {"sku": product.sku, "product": str(product.public_id)}
        data = {"video": str(video.public_id), "state": video.state, **named}
        webhooks.announce(merchant_id=video.merchant_id, event=event, data=data)


def record_draft(*, video: Video, meaning: list[float], recipe: dict[str, object]) -> None:
    """The model has done its part: compose next. Runs in the job's commit."""
    if meaning:  # an engine without a text encoder leaves what another engine's film of this variant brought
        Variant.objects.filter(pk=video.variant_id).update(meaning=meaning)
    Video.objects.filter(pk=video.pk).update(recipe={**video.recipe, **recipe})
    if advance(video, [Video.State.DRAFTING], Video.State.DRAFTED):
        jobs.enqueue(video=video, kind=Job.Kind.COMPOSE)


@dataclass(frozen=True, kw_only=True)
class NewCut:
    """A finished file, already in storage."""

    format: str
    name: str
    poster: str
    sha256: str
    seconds: float
    width: int
    height: int
    size: int


def record_cuts(*, video: Video, cuts: Sequence[NewCut], render_hash: str, recipe: dict[str, object]) -> None:
    """Keep a video's finished files and send them to review. Runs in the job's commit."""
    for cut in cuts:
        Cut.objects.update_or_create(
            video=video,
            format=cut.format,
            defaults={
                "merchant_id": video.merchant_id, "file": cut.name, "poster": cut.poster, "sha256": cut.sha256,
                "seconds": cut.seconds, "width": cut.width, "height": cut.height, "size": cut.size,
            },
        )  # fmt: skip
    made = {**video.recipe, **recipe, "label_rule": labels.rule_version(video.variant.locale)}
    Video.objects.filter(pk=video.pk).update(recipe=made, render_hash=render_hash)
    if advance(video, [Video.State.DRAFTED], Video.State.REVIEWING):
        jobs.enqueue(video=video, kind=Job.Kind.REVIEW)


@transaction.atomic
def approve(*, video: Video, approver: str, reason: str = "") -> list[Approval]:
    """Bind a person's yes to the hash of every file of the video. Review decides whether they may say it."""
    if not advance(video, [Video.State.REVIEWING, Video.State.NEEDS_PERSON], Video.State.APPROVED):
        return []
    approvals = [
        Approval.objects.create(
            merchant_id=video.merchant_id,
            cut=cut,
            sha256=cut.sha256,
            facts_version=video.variant.facts_version,
            approver=approver,
            reason=reason,
        )
        for cut in video.cuts.all()
    ]
    log(video, approver, "approve", reason)
    return approvals


@transaction.atomic
def reject(*, video: Video, by: str, reason: str) -> bool:
    """Take a video out for good; False when its state does not allow that any more."""
    moved = advance(video, [Video.State.REVIEWING, Video.State.NEEDS_PERSON], Video.State.REJECTED)
    if moved:
        log(video, by, "reject", reason)
    return moved


@transaction.atomic
def publish(*, video: Video, channel: str = "shop", by: str = "") -> list[Placement]:
    """Show every signed file of a video in a channel. Raises NotSigned; the database refuses what nobody approved."""
    if not advance(video, [Video.State.APPROVED], Video.State.PUBLISHED):
        return []
    signed = SignedFile.objects.filter(cut__video=video, audited_sha256=F("cut__sha256"))
    placements = [
        Placement.objects.create(merchant_id=video.merchant_id, cut=seal.cut, sha256=seal.sha256, channel=channel)
        for seal in signed.select_related("cut").order_by("cut_id")
    ]
    if len(placements) < video.cuts.count():
        raise NotSigned(f"Video {video.public_id} has files without a seal: sign it, then show it.")
    log(video, by, "publish", channel)
    return placements


@dataclass(frozen=True, kw_only=True)
class LearnedScore:
    """What analytics found about one choice of planning, as a log relative rate with a 90 % interval."""

    category: str
    attribute: str
    value: str
    effect: float
    low: float
    high: float
    impressions: int
    is_net: bool = False
    """Of orders kept, refunds taken off; otherwise of clicks."""


@transaction.atomic
def record_scores(*, merchant: Merchant, scores: Sequence[LearnedScore]) -> int:
    """Replace what planning knows of these choices; returns how many."""
    for row in scores:
        Score.objects.update_or_create(
            merchant=merchant,
            category=row.category,
            attribute=row.attribute,
            value=row.value,
            defaults={
                "effect": row.effect,
                "low": row.low,
                "high": row.high,
                "impressions": row.impressions,
                "is_net": row.is_net,
            },
        )
    return len(scores)


def forget_score(merchant: Merchant, category: str, attribute: str, value: str) -> None:
    """Planning no longer believes anything about this choice."""
    Score.objects.filter(merchant=merchant, category=category, attribute=attribute, value=value).delete()


def plannable(product: Product) -> ProductFacts:
    """The facts of a product that has all that a video needs. Raises CannotPlan."""
    facts = catalog_selectors.product_facts(product)
    if lacking := missing(facts):
        raise CannotPlan(lacking.words)
    return facts


def new_video(product: Product, facts: ProductFacts, spec: VideoSpec, cell: PlannedAs) -> Video:
    """The video of a spec in the formats that it lacks, planned; the first one where it lacks none."""
    variant, _ = Variant.objects.get_or_create(
        merchant_id=product.merchant_id,
        spec_hash=spec.hash,
        defaults={
            "product": product, "scenario": spec.scenario, "locale": spec.locale, "hook": spec.hook,
            "cast": spec.cast, "spec": json.loads(spec.to_json()), "facts": json.loads(facts.to_json()),
            "facts_version": facts.version, "reason": cell.reason, "batch": cell.batch,
            "exaggerated": cell.exaggerated, "meaning": list(cell.meaning),
        },
    )  # fmt: skip
    made = list(Video.objects.filter(variant=variant, engine=cell.engine))
    lacking = [each for each in _known(cell.formats) if not any(each in video.formats for video in made)]
    if not lacking:
        return made[0]
    return Video.objects.create(merchant_id=product.merchant_id, variant=variant, engine=cell.engine, formats=lacking)


def log(video: Video, actor: str, action: str, reason: str) -> None:
    """Write down who did what with a video, in the log that nobody can change."""
    AuditLog.objects.create(
        merchant_id=video.merchant_id, actor=actor, action=action, subject=f"video {video.public_id}", reason=reason
    )
