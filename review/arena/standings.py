"""What the panel's answers say: which videos are out, who votes without looking, and where shoppers disagree."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from catalog.models import Product
from generation import selectors
from generation.models import Cut
from generation.planning import Learned
from review.arena import drawing
from review.arena.strength import Comparison, Strengths, fit
from review.models import Ballot

ENOUGH = 20
"""Answers a video needs before it can be dropped: the order of fewer is mostly luck."""
PLANTED_ENOUGH, CARELESS = 3, 2 / 3
"""A rater is left out who recognized less than this share of at least so many planted exaggerations."""
SHARES = {Ballot.Answer.TIE: 0.5, Ballot.Answer.NEITHER: 0.5, Ballot.Answer.LEFT: 1.0, Ballot.Answer.RIGHT: 0.0}
Z90 = 1.644854


@dataclass(frozen=True, kw_only=True)
class Rater:
    """How often somebody recognized planted exaggerations."""

    name: str
    votes: int
    planted: int
    right: int

    @property
    def is_careless(self) -> bool:
        return self.planted >= PLANTED_ENOUGH and self.right < CARELESS * self.planted


@dataclass(frozen=True, kw_only=True)
class Share:
    """The share of answers a video would win against an average one of its group, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """One video of a group. `is_out` if it is surely weaker than the best in either question."""

    cut: Cut
    votes: int
    appealing: Share
    truthful: Share
    is_out: bool
    shoppers: float | None
    """Log relative rate that what sold so far predicts for it; None without any experience."""
    shoppers_disagree: bool

    @property
    def is_preliminary(self) -> bool:
        return self.votes < ENOUGH


@dataclass(frozen=True, kw_only=True)
class Table:
    """The videos of one product in one language, most appealing first."""

    product: Product
    locale: str
    rows: tuple[Row, ...]


def raters() -> list[Rater]:
    """Everybody who voted, by name."""
    votes: dict[str, list[Ballot]] = defaultdict(list)
    for ballot in _cast():
        votes[ballot.rater].append(ballot)
    return [_rater(name, votes[name]) for name in sorted(votes)]


def tables(panel: Iterable[Rater]) -> list[Table]:
    """A table for each product and language with the answers of the panel's careful raters."""
    careless = {rater.name for rater in panel if rater.is_careless}
    groups: dict[drawing.Group, list[Ballot]] = defaultdict(list)
    for ballot in _cast().filter(honest="").exclude(rater__in=careless):
        groups[drawing.group_of(ballot.left)].append(ballot)
    return [_table(ballots) for _, ballots in sorted(groups.items())]


def _cast() -> QuerySet[Ballot]:
    return Ballot.objects.filter(cast__isnull=False).select_related(
        "left__video__variant__product", "right__video__variant__product"
    )


def _rater(name: str, ballots: Sequence[Ballot]) -> Rater:
    planted = [ballot for ballot in ballots if ballot.honest]
    right = sum(ballot.truthful == ballot.honest for ballot in planted)
    return Rater(name=name, votes=len(ballots), planted=len(planted), right=right)


def _table(ballots: Sequence[Ballot]) -> Table:
    cuts = list({cut.pk: cut for ballot in ballots for cut in (ballot.left, ballot.right)}.values())
    place = {cut.pk: index for index, cut in enumerate(cuts)}
    appealing, truthful = (
        fit([_comparison(ballot, question, place) for ballot in ballots], len(cuts))
        for question in ("appealing", "truthful")
    )
    votes = [sum(cut.pk in (ballot.left_id, ballot.right_id) for ballot in ballots) for cut in cuts]
    product = cuts[0].video.variant.product
    sold = [_predicted(cut, selectors.learned_for(product)) for cut in cuts]
    rows = [
        Row(
            cut=cut,
            votes=votes[index],
            appealing=_share(appealing, index),
            truthful=_share(truthful, index),
            is_out=votes[index] >= ENOUGH and (_is_beaten(appealing, index) or _is_beaten(truthful, index)),
            shoppers=sold[index][0] if sold[index][1] else None,
            shoppers_disagree=_disagrees(appealing, sold, index),
        )
        for index, cut in enumerate(cuts)
    ]
    rows.sort(key=lambda row: -row.appealing.value)
    return Table(product=product, locale=cuts[0].video.variant.locale, rows=tuple(rows))


def _comparison(ballot: Ballot, question: str, place: dict[int, int]) -> Comparison:
    answer = Ballot.Answer(getattr(ballot, question))
    return Comparison(place[ballot.left_id], place[ballot.right_id], SHARES[answer])


def _share(strengths: Strengths, index: int) -> Share:
    value, low, high = strengths.against_average(index)
    return Share(value=value, low=low, high=high)


def _is_beaten(strengths: Strengths, index: int) -> bool:
    """Whether the interval of its distance to the best one lies wholly below zero."""
    best = int(strengths.values.argmax())
    return best != index and strengths.difference(index, best)[2] < 0


def _predicted(cut: Cut, learned: Iterable[Learned]) -> tuple[float, float]:
    """Log relative rate that what sold predicts, and its variance; (0, 0) where nothing is known."""
    variant = cut.video.variant
    known = [each for each in learned if getattr(variant, each.attribute, None) == each.value]
    return sum(each.effect for each in known), sum(each.spread**2 for each in known)


def _disagrees(strengths: Strengths, sold: Sequence[tuple[float, float]], index: int) -> bool:
    """Whether panel and shoppers are both sure about this video and some other, in opposite directions."""
    for other in range(len(sold)):
        _, low, high = strengths.difference(index, other)
        gap, spread = sold[index][0] - sold[other][0], Z90 * (sold[index][1] + sold[other][1]) ** 0.5
        if (low > 0 and gap + spread < 0) or (high < 0 and gap - spread > 0):
            return True
    return False
