"""Blind pairs: who meets whom, when a vote counts, what the answers add up to, and who is not listened to."""

from datetime import timedelta
from random import Random

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from scipy.optimize import minimize
from scipy.special import log_expit

from accounts.models import Merchant
from catalog.models import Product
from generation.models import Cut, Score, Video
from review.arena import ballots, drawing, standings
from review.arena.ballots import NotYet
from review.arena.strength import PRIOR, Comparison, fit
from review.models import Audit, Ballot, Finding
from tests.factories import make_cut, make_product, make_video


def _votes(rng: np.random.Generator, truth: np.ndarray, each: int) -> list[Comparison]:
    found = []
    for _ in range(len(truth) * each // 2):
        a, b = (int(i) for i in rng.choice(len(truth), 2, replace=False))
        wins = rng.random() < 1 / (1 + np.exp(truth[b] - truth[a]))
        found.append(Comparison(a, b, 0.5 if rng.random() < 0.12 else float(wins)))
    return found


def test_strengths_are_where_the_likelihood_is_highest() -> None:
    votes = _votes(np.random.default_rng(3), np.linspace(-1, 1, 6), 20)

    def surprise(x: np.ndarray) -> float:
        gaps = np.array([x[v.first] - x[v.second] for v in votes])
        shares = np.array([v.share for v in votes])
        seen = shares @ log_expit(gaps) + (1 - shares) @ log_expit(-gaps)
        return float(-seen - PRIOR / 2 * (log_expit(x) + log_expit(-x)).sum())

    best = minimize(surprise, np.zeros(6), method="BFGS", options={"gtol": 1e-9}).x

    assert fit(votes, 6).values == pytest.approx(best - best.mean(), abs=1e-4)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(20):
        truth = rng.normal(0, 0.8, 30)
        found = fit(_votes(rng, truth, 20), 30)
        inside += list(abs(found.values - (truth - truth.mean())) < 1.96 * np.sqrt(np.diag(found.covariance)))

    assert 0.93 < np.mean(inside) < 0.985


def _cut(merchant: Merchant, product: Product, state: str = Video.State.APPROVED, **variant: str) -> Cut:
    video = make_video(merchant, product, state=state)
    for name, value in variant.items():
        setattr(video.variant, name, value)
    video.variant.save()
    return make_cut(video)


def _vote(cuts: tuple[Cut, Cut], appealing: str, truthful: str = "tie", rater: str = "Ann", honest: str = "") -> None:
    left, right = cuts
    seen = left.created
    Ballot.objects.create(
        merchant_id=left.merchant_id, rater=rater, left=left, right=right, honest=honest, left_seen=seen,
        right_seen=seen, appealing=appealing, truthful=truthful, cast=seen,
    )  # fmt: skip


def test_a_pair_is_of_one_product_in_one_language(at_alice: Merchant) -> None:
    pump, lamp = make_product(at_alice), make_product(at_alice)
    one, other = _cut(at_alice, pump), _cut(at_alice, pump)
    _cut(at_alice, pump, locale="fr-FR")
    _cut(at_alice, pump, state=Video.State.REJECTED)
    _cut(at_alice, lamp)

    pairs = {
        frozenset((pair.left.pk, pair.right.pk)) for seed in range(30) if (pair := drawing.draw("Ann", Random(seed)))
    }

    assert pairs == {frozenset((one.pk, other.pk))}


def test_both_sides_come_first_equally_often(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    one, _ = _cut(at_alice, product), _cut(at_alice, product)

    left = sum(pair.left == one for seed in range(60) if (pair := drawing.draw("Ann", Random(seed))))

    assert 20 < left < 40


def test_pairs_that_met_least_come_next(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    a, b, c = (_cut(at_alice, product) for _ in range(3))
    _vote((a, b), "left", rater="Ben")
    _vote((b, c), "left", rater="Ben")

    pair = drawing.draw("Ann", Random(1))

    assert pair
    assert {pair.left, pair.right} == {a, c}


def test_a_planted_pair_names_the_side_that_passed(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    good, bad = _cut(at_alice, product), _cut(at_alice, product, state=Video.State.REJECTED)
    _audit(good, Audit.State.PASSED)
    audit = _audit(bad, Audit.State.REJECTED)
    Finding.objects.create(merchant=at_alice, audit=audit, rule="effect_height", severity="block", message="too high")

    planted = [seed for seed in range(200) if Random(seed).random() < drawing.PLANTED]
    drawn = [pair for seed in planted if (pair := drawing.draw("Ann", Random(seed)))]

    assert 5 <= len(drawn) == len(planted) <= 15
    assert all(getattr(pair, pair.honest) == good for pair in drawn)
    assert drawing.draw("Ann", Random(0)) is None, "one video that may be shown is nobody's pair"


def test_where_nothing_is_planted_a_twin_above_the_cap_can_be(at_alice: Merchant) -> None:
    capped = make_product(at_alice, effect_kind="jet", effect_cap_parameter="spray_height")
    plain = make_product(at_alice)
    for product in (capped, plain):
        good = [_cut(at_alice, product), _cut(at_alice, product)]
        _audit(good[0], Audit.State.PASSED)
    assert drawing.unplanted() == [(capped, "en-US")]

    bad = _audit(_cut(at_alice, capped, state=Video.State.REJECTED), Audit.State.REJECTED)
    Finding.objects.create(merchant=at_alice, audit=bad, rule="effect_height", severity="block", message="too high")
    assert drawing.unplanted() == []


def _audit(cut: Cut, state: str) -> Audit:
    return Audit.objects.create(merchant_id=cut.merchant_id, cut=cut, sha256=cut.sha256, facts_version="v", state=state)


def test_nobody_votes_before_both_videos_were_watched(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    _cut(at_alice, product), _cut(at_alice, product)
    ballot = ballots.take(merchant=at_alice, rater="Ann", chance=Random(0))
    assert ballot

    with pytest.raises(NotYet, match="Watch both videos"):
        ballots.cast(ballot=ballot, appealing="left", truthful="tie")
    assert not ballots.watch(ballot=ballot, side="left", now=ballot.created + timedelta(seconds=2))
    assert ballots.watch(ballot=ballot, side="left", now=ballot.created + timedelta(seconds=6))
    ballot.refresh_from_db()
    assert not ballots.watch(ballot=ballot, side="right", now=ballot.created + timedelta(seconds=8))
    assert ballots.watch(ballot=ballot, side="right", now=ballot.created + timedelta(seconds=12))
    ballots.cast(ballot=ballot, appealing="left", truthful="tie")

    with pytest.raises(NotYet):
        ballots.cast(ballot=ballot, appealing="right", truthful="tie")
    assert Ballot.objects.get().appealing == "left"


def test_the_database_refuses_a_vote_that_nobody_watched(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    _cut(at_alice, product), _cut(at_alice, product)
    ballot = ballots.take(merchant=at_alice, rater="Ann", chance=Random(0))
    assert ballot

    with pytest.raises(IntegrityError, match="no_vote_before_both_were_watched"), transaction.atomic():
        Ballot.objects.filter(pk=ballot.pk).update(appealing="left", truthful="tie", cast=ballot.created)


def test_the_same_pair_waits_until_it_is_answered(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    _cut(at_alice, product), _cut(at_alice, product)

    first = ballots.take(merchant=at_alice, rater="Ann")

    assert first is not None
    assert ballots.take(merchant=at_alice, rater="Ann") == first


def test_a_video_that_loses_is_dropped_and_a_close_one_stays(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    best, close, poor = (_cut(at_alice, product) for _ in range(3))
    for turn in range(20):
        _vote((best, close), "left" if turn % 2 else "right", rater=f"r{turn}")
        _vote((best, poor), "left", rater=f"r{turn}")
        _vote((close, poor), "left", rater=f"r{turn}")

    (table,) = standings.tables(standings.raters())
    rows = {row.cut: row for row in table.rows}

    assert [rows[cut].is_out for cut in (best, close, poor)] == [False, False, True]
    assert rows[poor].appealing.high < 0.5 < rows[best].appealing.low
    assert {row.votes for row in table.rows} == {40}
    assert rows[best].truthful.value == pytest.approx(0.5)


def test_few_answers_drop_nobody(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    best, poor = _cut(at_alice, product), _cut(at_alice, product)
    for turn in range(15):
        _vote((best, poor), "left", rater=f"r{turn}")

    (table,) = standings.tables(standings.raters())

    assert not any(row.is_out for row in table.rows)
    assert all(row.is_preliminary for row in table.rows)


def test_who_takes_exaggerations_for_the_truth_is_not_counted(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    one, other = _cut(at_alice, product), _cut(at_alice, product)
    for _ in range(3):
        _vote((one, other), "left", "right", rater="Careless", honest="left")
        _vote((one, other), "left", "left", rater="Careful", honest="left")
    _vote((one, other), "right", rater="Careless")
    _vote((one, other), "left", rater="Careful")

    assert {rater.name: rater.is_careless for rater in standings.raters()} == {"Careful": False, "Careless": True}
    (table,) = standings.tables(standings.raters())
    assert table.rows[0].cut == one
    assert table.rows[0].votes == 1


def test_shoppers_who_are_sure_of_the_opposite_are_shown(at_alice: Merchant) -> None:
    product = make_product(at_alice)
    liked, sold = _cut(at_alice, product, hook="scene"), _cut(at_alice, product, hook="proof")
    for hook, effect in (("scene", -0.2), ("proof", 0.2)):
        Score.objects.create(
            merchant=at_alice, category=product.category, attribute="hook", value=hook, effect=effect,
            low=effect - 0.05, high=effect + 0.05, impressions=90_000,
        )  # fmt: skip
    for turn in range(30):
        _vote((liked, sold), "left", rater=f"r{turn}")

    (table,) = standings.tables(standings.raters())

    assert [row.cut for row in table.rows] == [liked, sold]
    assert [row.shoppers for row in table.rows] == [pytest.approx(-0.2), pytest.approx(0.2)]
    assert all(row.shoppers_disagree for row in table.rows)
