"""Which two videos a rater sees next: a seldom compared pair of one product and language, at times a planted one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from random import Random

from django.db.models import F, QuerySet

from catalog.models import Product
from generation.models import Cut, Video
from review.models import Audit, Ballot, Finding

PLANTED = 0.05
"""Share of ballots with a video that the audit rejected: who takes it for the more truthful one does not look."""
SHOWABLE = (Video.State.NEEDS_PERSON, Video.State.REVIEWING, Video.State.APPROVED, Video.State.PUBLISHED)
EXAGGERATES = ("effect_height",)
"""Rules whose block makes a video a planted one: something in the picture is measurably more than the product gives."""

Group = tuple[int, str]
"""Product and language: what two videos must share to be compared."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two files in the order in which they are shown; `honest` names the side to prefer in a planted pair."""

    left: Cut
    right: Cut
    honest: str = ""


def draw(rater: str, chance: Random) -> Pair | None:
    """The next pair for a rater, on random sides; None when no product has two comparable videos.

    The least compared pairs come first, at random among equals, so that every video stays connected to the others.
    """
    planted = _planted_pairs() if chance.random() < PLANTED else []
    pairs = planted or _unseen(_pairs(showable()), rater)
    if not pairs:
        return None
    met = _times_met()
    fewest = min(met[_key(*pair)] for pair in pairs)
    first, second = chance.choice([pair for pair in pairs if met[_key(*pair)] == fewest])
    left, right = (first, second) if chance.random() < 0.5 else (second, first)
    honest = ("left" if left is first else "right") if planted else ""
    return Pair(left=left, right=right, honest=honest)


def showable() -> QuerySet[Cut]:
    """The wide file of each finished video that the audit did not reject."""
    return _cuts().filter(video__state__in=SHOWABLE)


def unplanted() -> list[tuple[Product, str]]:
    """Products and languages that people compare and whose effect has a cap, but where no exaggeration is planted."""
    pairs = _pairs(showable().exclude(video__variant__product__effect_cap_parameter=""))
    planted = {group_of(honest) for honest, _ in _planted_pairs()}
    compared = {group_of(first): first.video.variant for first, _ in pairs}
    return [(row.product, row.locale) for group, row in sorted(compared.items()) if group not in planted]


def group_of(cut: Cut) -> Group:
    return cut.video.variant.product_id, cut.video.variant.locale


def _cuts() -> QuerySet[Cut]:
    return Cut.objects.filter(format=Cut.Format.WIDE).select_related("video__variant__product")


def _pairs(cuts: Iterable[Cut]) -> list[tuple[Cut, Cut]]:
    return [(a, b) for a, b in combinations(cuts, 2) if group_of(a) == group_of(b)]


def _planted_pairs() -> list[tuple[Cut, Cut]]:
    """(honest, exaggerating) pairs of one product in one language."""
    blocked = Finding.objects.filter(
        rule__in=EXAGGERATES, severity=Finding.Severity.BLOCK, audit__sha256=F("audit__cut__sha256")
    )
    bad = _cuts().filter(video__state=Video.State.REJECTED, audits__findings__in=blocked).distinct()
    good = showable().filter(audits__state=Audit.State.PASSED, audits__sha256=F("sha256")).distinct()
    return [(honest, other) for other in bad for honest in good if group_of(honest) == group_of(other)]


def _unseen(pairs: list[tuple[Cut, Cut]], rater: str) -> list[tuple[Cut, Cut]]:
    """Pairs the rater has not judged; all of them again once everything was."""
    done = {_key_of(row) for row in Ballot.objects.filter(rater=rater, cast__isnull=False).values_list("left", "right")}
    return [pair for pair in pairs if _key(*pair) not in done] or pairs


def _times_met() -> Counter[frozenset[int]]:
    rows = Ballot.objects.filter(cast__isnull=False).values_list("left", "right")
    return Counter(_key_of(row) for row in rows)


def _key(first: Cut, second: Cut) -> frozenset[int]:
    return frozenset((first.pk, second.pk))


def _key_of(row: tuple[int, int]) -> frozenset[int]:
    return frozenset(row)
