"""What words promise: learnt from other products, never from own clicks, and nothing where they say nothing."""

import numpy as np

from analytics import verdicts
from analytics.stats import ranking, wording
from analytics.stats.counts import NotEnoughData
from analytics.stats.design import PROMISE, design, with_promise
from analytics.stats.wording import Copies, Outcomes

OPENINGS = ("Watch it rise", "Made for rain", "Quiet all night", "Ready in a minute")


def shop(
    seed: int, *, products: int = 150, worth: float = 0.4, meaning: int = 0
) -> tuple[Copies, ranking.Cells, np.ndarray]:
    """Four videos a product with the four openings; the first is worth `worth`. Also which arm has it."""
    rng = np.random.default_rng(seed)
    texts = [f"{opening}, number {product}" for product in range(products) for opening in OPENINGS]
    is_good = np.array([text.startswith("Watch") for text in texts])
    contest = np.repeat(np.arange(products), len(OPENINGS))
    n = np.full(len(texts), 600.0)
    y = rng.binomial(600, 0.04 * np.exp(worth * is_good)).astype(float)
    vectors = rng.normal(0, 0.05, (len(texts), meaning))
    if meaning:
        vectors[:, 0] += 0.3 * is_good
        texts = [f"{rng.integers(1 << 40):x}" for _ in texts]
    cells = ranking.Cells(arm=np.arange(len(texts)), stratum=contest, n=n, y=y, contest=contest)
    return Copies(texts=texts, meaning=vectors), cells, is_good


def test_words_that_sold_other_products_are_promised_to_this_one() -> None:
    copies, cells, is_good = shop(1)
    promise = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    assert promise[is_good].mean() - promise[~is_good].mean() > 0.25
    assert (promise[is_good] > 0.1).mean() > 0.95


def test_a_meaning_is_learnt_where_no_word_is_shared() -> None:
    copies, cells, is_good = shop(2, meaning=8)
    promise = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    assert promise[is_good].mean() - promise[~is_good].mean() > 0.15


def test_its_own_clicks_never_speak_for_the_words_of_a_product() -> None:
    copies, cells, _ = shop(3, products=20)
    mine = cells.contest == 7
    before = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    cells.y[mine] = np.array([300.0, 5.0, 5.0, 5.0])
    after = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    assert np.allclose(before[mine], after[mine])
    assert not np.allclose(before, after)


def test_a_new_variant_is_ranked_by_its_words_before_anybody_saw_it() -> None:
    copies, cells, is_good = shop(4)
    fresh = cells.contest == 149
    cells.n[fresh], cells.y[fresh] = 0.0, 0.0
    promise = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    choices = design([{"scenario": "family"}] * len(fresh), ["garden"] * len(fresh))
    matrix = with_promise(choices, promise / promise.std())
    fitted = ranking.fit(cells, matrix)
    drawn = ranking.posterior(cells, matrix, fitted, np.random.default_rng(0)).relative[:, fresh]
    assert (drawn.argmax(axis=1) == is_good[fresh].argmax()).mean() > 0.5


def test_words_that_say_nothing_move_nothing() -> None:
    copies, cells, _ = shop(5, worth=0.0)
    promise = wording.learn(copies, Outcomes.of(cells), cells.contest).promise
    matrix = with_promise(design([{}] * len(promise), [""] * len(promise)), promise / promise.std())
    effect = ranking.fit(cells, matrix).beta[matrix.columns.index(PROMISE)]
    assert abs(effect) < 0.02


def test_a_report_names_words_that_surely_matter() -> None:
    unknown = NotEnoughData(have=0, need=200)
    said = [
        list(verdicts.reasons({}, context, click=unknown, refund=unknown, visitors=500))
        for context in (verdicts.Context(effects=(), click_rate=0.1, words=value) for value in (0.08, 0.0))
    ]
    assert said == [["its words: +8 % clicks, by what shoppers of other products read"], []]


def test_a_single_product_has_nobody_to_learn_from() -> None:
    copies, cells, _ = shop(6, products=1)
    assert not wording.learn(copies, Outcomes.of(cells), np.zeros(4, dtype=int)).promise.any()


def test_ideographs_and_accents_are_words() -> None:
    assert {"喷", "水", "喷 水", "2"} <= set(wording.words("喷水 2 米"))
    assert {"été", "l'été"} & set(wording.words("L'été au jardin"))
    assert "jardin$" in wording.words("L'été au jardin")
