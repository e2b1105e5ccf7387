"""Taking videos back: the facts, a consent, a label rule or a model they were built on ended, or a person said so.

Whatever the reason, what is shown of the video pauses in the same transaction, the reason stays with it, and a click
makes it anew. Two ways back are final for a file: its approval was withdrawn, or the platform took it down.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import tenancy
from accounts.models import AuditLog, Merchant
from catalog import selectors as catalog_selectors
from catalog.facts import Consent, ProductFacts
from generation import selectors, services
from generation.models import Approval, Placement, Variant, Video, Withdrawal
from generation.placements import labels
from generation.planning import Cell, SceneCard, own_scenes, plan, scene_pack
from generation.prompts import compose
from generation.specs import VideoSpec

FINISHED = (
    Video.State.REVIEWING, Video.State.NEEDS_PERSON, Video.State.APPROVED, Video.State.PUBLISHED,
    Video.State.TAKEN_DOWN,
)  # fmt: skip
"""States of a video whose files exist and may still be shown one day."""
UNFINISHED = (Video.State.PLANNED, Video.State.DRAFTING, Video.State.DRAFTED)
"""States of a video that is still being made, from the facts it was planned with."""
APPROVED = (Video.State.APPROVED, Video.State.PUBLISHED, Video.State.STALE, Video.State.TAKEN_DOWN)
"""States of a video whose files carry an approval."""
REMADE = (Video.State.STALE, Video.State.WITHDRAWN, Video.State.TAKEN_DOWN, Video.State.REJECTED)
"""States of a video that another one may take the place of."""
RETIRED = (Video.State.STALE, Video.State.WITHDRAWN)
"""Those of them that leave the lists with it; a takedown and a rejection stay to be read."""
ASKED: list[Callable[[], Iterable[tuple[Video, str]]]] = []
"""Who else knows of finished videos that were overtaken, and why: apps above this one add themselves."""
REASON = 300
"""Letters of a reason that a placement keeps."""


def mark_stale(*, product_ids: Sequence[int], because: str) -> list[Video]:
    """Take back videos that promise what their product's facts no longer say; each can be made anew.

    Call it in the transaction that changed the facts: their placements pause in the same moment. One that is still
    being made is taken back too, so that it never reaches a person's decision.
    """
    standing = Video.objects.filter(variant__product__in=product_ids, state__in=(*UNFINISHED, *FINISHED))
    outdated = [video for video in standing.select_related("variant__product") if is_outdated(video.variant)]
    return [video for video in outdated if _take_back(video, because)]


def end_consents(*, consents: Mapping[int, Consent], because: str) -> list[Video]:
    """Take back videos built on a consent that ended, given as it read for each product (by its key) in force.

    Call it in the transaction that ended the consent.
    """
    return [video for video in built_on(consents) if _take_back(video, because)]


def built_on(consents: Mapping[int, Consent]) -> list[Video]:
    """Videos that may be shown one day and that a consent speaks about: its product, pictures, market and use."""
    return [
        video
        for video in selectors.videos_in(*FINISHED).filter(variant__product__in=list(consents))
        if _speaks_about(consents[video.variant.product_id], video.variant)
    ]


def overtaken() -> list[tuple[Video, str]]:
    """The merchant's finished videos that a label rule, a withdrawn model or one of `ASKED` has overtaken, with why."""
    own = [
        (video, because) for video in selectors.videos_in(*FINISHED) if (because := _label(video) or _weights(video))
    ]
    above = [(video, because) for ask in ASKED for video, because in ask()]
    return list({video.pk: (video, because) for video, because in reversed([*own, *above])}.values())


def sweep() -> Iterator[tuple[Merchant, list[Video]]]:
    """Take back what is overtaken, merchant by merchant; only those who lost a video are named."""
    for merchant in Merchant.objects.order_by("id"):
        with tenancy.merchant_context(merchant.pk):
            taken = [video for video, because in overtaken() if _take_back(video, because)]
        if taken:
            yield merchant, taken


@transaction.atomic
def withdraw(*, video: Video, by: str, reason: str) -> bool:
    """Undo an approval for good: its files are never shown again. False when the video carries none (any more)."""
    if not services.advance(video, APPROVED, Video.State.WITHDRAWN):
        return False
    _pause(Placement.objects.filter(cut__video=video), f"The approval was withdrawn: {reason}")
    Withdrawal.objects.bulk_create(
        Withdrawal(merchant_id=video.merchant_id, approval=approval, by=by, reason=reason)
        for approval in Approval.objects.filter(cut__video=video)
    )
    services.log(video, by, "withdraw_approval", reason)
    return True


@transaction.atomic
def take_down(*, video: Video, by: str, because: str) -> bool:
    """The platform stops a video that is approved or live; False when it is neither (any more)."""
    if not services.advance(video, (Video.State.APPROVED, Video.State.PUBLISHED), Video.State.TAKEN_DOWN):
        return False
    _pause(Placement.objects.filter(cut__video=video, state=Placement.State.LIVE), because)
    services.log(video, by, "take_down", because)
    return True


@transaction.atomic
def put_back(*, video: Video, by: str, because: str) -> bool:
    """A takedown was lifted: what it paused, and nothing else, is shown again.

    False when the video was taken back otherwise meanwhile.
    """
    placements = Placement.objects.filter(cut__video=video)
    back = Video.State.PUBLISHED if placements.exists() else Video.State.APPROVED
    if not services.advance(video, [Video.State.TAKEN_DOWN], back):
        return False
    taken = AuditLog.objects.filter(action="take_down", subject=f"video {video.public_id}").order_by("-id")
    stopped = placements.filter(paused_because__in=[row.reason[:REASON] for row in taken[:1]])
    stopped.update(state=Placement.State.LIVE, paused_because="")
    services.log(video, by, "put_back", because)
    return True


@transaction.atomic
def remake(*, video: Video, by: str = "") -> list[Video]:
    """Plan the cell of a video again from today's facts, within their caps, and start making it.

    A stale or withdrawn one retires. Asking twice is the same as once: while the one made for it stands, that is the
    answer. Raises CannotPlan. [] when the video stands (again).
    """
    now = Video.objects.select_for_update().filter(pk=video.pk, state__in=REMADE).first()
    if now is None:
        return []
    if now.followed_by and now.followed_by.state not in selectors.SPENT:
        services.advance(video, RETIRED, Video.State.RETIRED)
        return [now.followed_by]
    new = _made_anew(video)
    services.advance(video, RETIRED, Video.State.RETIRED)
    Video.objects.filter(pk=video.pk).update(followed_by=new)
    services.log(video, by, "remake", f"by video {new.public_id}")
    services.start([new])
    return [new]


def _made_anew(video: Video) -> Video:
    old, facts = VideoSpec.from_json(json.dumps(video.variant.spec)), services.plannable(video.variant.product)
    cards = {card.id: card for card in (*own_scenes(facts), *scene_pack())}
    scene = cards.get(old.shots[0].scene) or _another_scene(facts, cards, old)
    spec, cell = _next_spec(video, facts, old, scene)
    planned = services.PlannedAs(
        reason=cell.reason, batch=video.variant.batch, engine=video.engine, formats=video.formats
    )
    return services.new_video(video.variant.product, facts, spec, planned)


def _next_spec(video: Video, facts: ProductFacts, old: VideoSpec, scene: SceneCard) -> tuple[VideoSpec, Cell]:
    """The same cell with the first seed from the old one on that nobody has filmed in the video's formats.

    So films of one plan in several formats are made anew as films of one plan.
    """
    seed = old.seed
    while True:
        cell = Cell(
            scenario=old.scenario, locale=old.locale, hook=old.hook, scene=scene.id, seed=seed,
            reason="made anew from today's facts",
        )  # fmt: skip
        spec = compose(facts, cell, scene)
        filmed = Video.objects.filter(variant__spec_hash=spec.hash, formats__overlap=video.formats)
        if not filmed.exists():
            return spec, cell
        seed += 1


def _another_scene(facts: ProductFacts, cards: Mapping[str, SceneCard], old: VideoSpec) -> SceneCard:
    """Where to make a video anew whose own place may not be shown any more. Raises CannotPlan."""
    cells = plan(facts, list(cards.values()), locales=[old.locale], budget=1, seed=old.seed)
    if not cells:
        raise services.CannotPlan(f"The scene of this video is gone: plan new videos of {facts.sku} instead.")
    return cards[cells[0].scene]


def _label(video: Video) -> str:
    """Why the label that a video was composed with is not today's; "" while it is, and where nothing was noted."""
    made, locale = video.recipe.get("label_rule", ""), video.variant.locale
    if not made or made == labels.rule_version(locale):
        return ""
    return f"The rule for AI labels in {labels.rule_for(locale).market} changed: {labels.rule_for(locale).source}"


def _weights(video: Video) -> str:
    """Why the weights that drew a video's motion may not be used any more; "" while they may."""
    words = str(video.recipe.get("made_by", "")).split()
    gone = [each for each in settings.WITHDRAWN_WEIGHTS if any(word.startswith(each) for word in words)]
    return f"The model {gone[0]} was withdrawn" if gone else ""


def _speaks_about(consent: Consent, variant: Variant) -> bool:
    spec = VideoSpec.from_json(json.dumps(variant.spec))
    pictures = spec.pictures(ProductFacts.from_json(json.dumps(variant.facts)))
    return consent.reaches(pictures) and not consent.refuses(market=spec.market, use=spec.use)


def _take_back(video: Video, because: str) -> bool:
    """Pause a video and what is shown of it; False when it moved on meanwhile."""
    if not services.advance(video, (*UNFINISHED, *FINISHED), Video.State.STALE):
        return False
    _pause(Placement.objects.filter(cut__video=video), because)
    services.log(video, "catalog", "mark_stale", because)
    return True


def _pause(placements: QuerySet[Placement], because: str) -> None:
    placements.update(state=Placement.State.PAUSED, paused_because=because[:REASON])


def is_outdated(variant: Variant) -> bool:
    """Whether a plan promises what the facts of its product no longer say."""
    then = ProductFacts.from_json(json.dumps(variant.facts))
    lines = [line for name in ("captions", "narration") for line in variant.spec.get(name, ())]
    cited = {key for line in lines for key in line.get("evidence", ())}
    return not then.promises_as(catalog_selectors.product_facts(variant.product), cited=cited)
