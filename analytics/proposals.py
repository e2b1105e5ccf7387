"""What was learnt becomes a proposal; a named person approves or rejects it; it expires by itself.

Planning reads only what was approved. A proposal is withdrawn, and what it changed taken back, as soon as one of the
videos it was learnt from is blocked.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import expm1

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import AuditLog, Merchant
from analytics import selectors
from analytics.learning import Learned
from analytics.models import Proposal
from generation import services as generation_services
from generation.models import Score
from generation.services import LearnedScore

NEWS = 0.03
"""A change of belief smaller than about 3 % is not worth a person's time."""
UNDECIDED = timedelta(days=30)
OLD = timedelta(days=120)
"""What was approved longer ago than this has to be shown again by newer data."""
Key = tuple[str, str, str]


@transaction.atomic
def propose(merchant: Merchant, learned: Learned, scores: Iterable[LearnedScore]) -> int:
    """Bring the open proposals up to date with a fit; returns how many wait now. Safe to repeat."""
    expire(merchant)
    before = {_key(row): row.effect for row in Score.objects.filter(merchant=merchant)}
    refused = {_key(row): row for row in _with_state(merchant, Proposal.State.REJECTED)}
    wanted = {_key(one): one for one in scores if _is_news(one, before.get(_key(one)), refused.get(_key(one)))}
    for row in _with_state(merchant, Proposal.State.OPEN):
        if _key(row) not in wanted:
            _close(row, "newer data do not bear it out")
    for key, one in wanted.items():
        videos, products = _sources(learned, key)
        figures = {name: getattr(one, name) for name in ("effect", "low", "high", "impressions", "is_net")}
        Proposal.objects.update_or_create(
            merchant=merchant, category=one.category, attribute=one.attribute, value=one.value,
            state=Proposal.State.OPEN,
            defaults={**figures, "before": before.get(key), "videos": videos, "products": products},
        )  # fmt: skip
    return len(wanted)


@transaction.atomic
def approve(merchant: Merchant, proposals: QuerySet[Proposal], *, by: str) -> int:
    """Planning believes these from now on; returns how many were still open."""
    rows = _decided(proposals, Proposal.State.APPROVED, by)
    scores = [
        LearnedScore(
            category=row.category, attribute=row.attribute, value=row.value, effect=row.effect, low=row.low,
            high=row.high, impressions=row.impressions, is_net=row.is_net,
        )
        for row in rows
    ]  # fmt: skip
    generation_services.record_scores(merchant=merchant, scores=scores)
    _log(merchant, rows, "approve_learning", by)
    return len(rows)


@transaction.atomic
def reject(merchant: Merchant, proposals: QuerySet[Proposal], *, by: str) -> int:
    """Planning keeps what it believed; proposed again only when the effect leaves the interval that was refused."""
    rows = _decided(proposals, Proposal.State.REJECTED, by)
    _log(merchant, rows, "reject_learning", by)
    return len(rows)


def waiting(merchant: Merchant) -> QuerySet[Proposal]:
    """Proposals a person must decide, the surest first."""
    return _with_state(merchant, Proposal.State.OPEN).order_by("-category", "attribute", "-effect")


def expire(merchant: Merchant) -> int:
    """Withdraw what is too old, or was learnt from a video that was blocked since; returns how many."""
    now, count = timezone.now(), 0
    blocked = {str(one) for one in selectors.blocked_videos(merchant)}
    in_force = Q(state=Proposal.State.OPEN) | Q(state=Proposal.State.APPROVED)
    for row in Proposal.objects.filter(in_force, merchant=merchant):
        if blocked & set(row.videos):
            count += _close(row, "learnt from a video that was blocked later")
        elif row.state == Proposal.State.OPEN and row.created < now - UNDECIDED:
            count += _close(row, f"nobody decided for {UNDECIDED.days} days")
        elif row.state == Proposal.State.APPROVED and row.decided and row.decided < now - OLD:
            count += _close(row, f"approved more than {OLD.days} days ago")
    return count


def _close(row: Proposal, because: str) -> bool:
    """Expire one; an approved one is taken back from planning."""
    if row.state == Proposal.State.APPROVED:
        generation_services.forget_score(row.merchant, *_key(row))
    changed = Proposal.objects.filter(pk=row.pk, state=row.state).update(
        state=Proposal.State.EXPIRED, because=because, decided=timezone.now()
    )
    return bool(changed)


def _is_news(one: LearnedScore, before: float | None, refused: Proposal | None) -> bool:
    if refused is not None and refused.low <= one.effect <= refused.high:
        return False
    return before is None or abs(one.effect - before) >= NEWS


def _sources(learned: Learned, key: Key) -> tuple[list[str], int]:
    """Videos with this choice in this category, and of how many products."""
    category, attribute, value = key
    arms = [arm for arm in learned.arms if arm.attributes[attribute] == value and category in ("", arm.category)]
    return sorted({str(arm.video) for arm in arms}), len({arm.sku for arm in arms})


def _decided(proposals: QuerySet[Proposal], state: str, by: str) -> list[Proposal]:
    """Those of them that this call decided; earlier decisions about the same choice give way."""
    rows = list(proposals.filter(state=Proposal.State.OPEN).select_for_update())
    for row in rows:
        same = Proposal.objects.filter(
            merchant_id=row.merchant_id, category=row.category, attribute=row.attribute, value=row.value
        )
        same.filter(state__in=[Proposal.State.APPROVED, Proposal.State.REJECTED]).update(
            state=Proposal.State.EXPIRED, because="a newer proposal was decided"
        )
    now = timezone.now()
    Proposal.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, decided_by=by, decided=now)
    return rows


def _with_state(merchant: Merchant, state: str) -> QuerySet[Proposal]:
    return Proposal.objects.filter(merchant=merchant, state=state)


def _key(row: LearnedScore | Proposal | Score) -> Key:
    return row.category, row.attribute, row.value


def _log(merchant: Merchant, rows: Sequence[Proposal], action: str, by: str) -> None:
    AuditLog.objects.bulk_create(
        AuditLog(
            merchant=merchant, actor=by, action=action,
            subject=f"{row.attribute} {row.value} in {row.category or 'the whole catalog'}"[:200],
            reason=f"{expm1(row.effect):+.0%} ({expm1(row.low):+.0%} to {expm1(row.high):+.0%}),"
            f" {row.impressions:,} visitors",
        )
        for row in rows
    )  # fmt: skip
