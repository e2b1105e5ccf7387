"""What a rater does: take a pair, watch both sides, answer two questions."""

from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Literal

from django.db import transaction
from django.utils import timezone

from accounts.models import Merchant
from review.arena import drawing
from review.models import Ballot

Side = Literal["left", "right"]
WATCHED = 0.9
"""Share of a video's length that must have passed before a side counts as watched."""


class NotYet(ValueError):
    """The vote cannot be taken as it stands; the message says what is missing."""


@transaction.atomic
def take(*, merchant: Merchant, rater: str, chance: Random | None = None) -> Ballot | None:
    """The rater's open ballot, else a new one; None when there is nothing to compare."""
    waiting = Ballot.objects.filter(rater=rater, cast__isnull=True).select_related("left", "right").first()
    if waiting is not None:
        return waiting
    pair = drawing.draw(rater, chance or SystemRandom())
    if pair is None:
        return None
    return Ballot.objects.create(merchant=merchant, rater=rater, left=pair.left, right=pair.right, honest=pair.honest)


def watch(*, ballot: Ballot, side: Side, now: datetime | None = None) -> bool:
    """Note that a side was played to its end; False when too little time has passed for that.

    Two films are watched one after the other: the second counts only after the time that both take.
    """
    now = now or timezone.now()
    other = ballot.right_seen if side == "left" else ballot.left_seen
    cut = ballot.left if side == "left" else ballot.right
    if now - (other or ballot.created) < timedelta(seconds=WATCHED * cut.seconds):
        return False
    name = f"{side}_seen"
    Ballot.objects.filter(pk=ballot.pk, cast__isnull=True, **{f"{name}__isnull": True}).update(**{name: now})
    return True


def cast(*, ballot: Ballot, appealing: str, truthful: str, device: str = "") -> None:
    """The rater's two answers; they cannot be changed. Raises NotYet before both videos were watched."""
    moved = Ballot.objects.filter(
        pk=ballot.pk, cast__isnull=True, left_seen__isnull=False, right_seen__isnull=False
    ).update(appealing=appealing, truthful=truthful, device=device, cast=timezone.now())
    if not moved:
        raise NotYet("Watch both videos to their end first, then say what you think.")
