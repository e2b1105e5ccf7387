"""One page that tells the whole story, on SIMULATED shoppers whose true wishes are known: four generations of videos of
a small shop, with the audit on and off, and with planning fed by what sold or not.

A video is a scenario, a hook and a promise; a promise above the specification is clicked more and sent back more. The
allocation, the ranking of every funnel step, refunds included, and the way planning draws from effects are the
product's own code. Twenty shops with tastes of their own give the intervals. Films are frames drawn by the real
compositor, made once and kept (`--films`, see `benchmarks/story_films.py`).

    python benchmarks/story.py --seeds 20 --out .cache/story/index.html [--films .cache/story/films]
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report
import story_page

from analytics.allocation import thompson_shares
from analytics.stats import funnel
from analytics.stats.design import Column, Design, design
from analytics.stats.ranking import Cells, Fit, effect_draws, fit, posterior
from generation.planning.cells import EXPLORE
from generation.planning.scenarios import HOOKS, SCENARIOS

PRODUCTS, ARMS, DAYS, GENERATIONS, VISITORS = 10, 6, 4, 4, 6000
"""Visitors are those of one product in one generation."""
ENOUGH = 800
"""Visitors a video needs before it is called the most clicked."""
CHOICES = {"scenario": tuple(SCENARIOS), "hook": HOOKS, "promise": ("honest", "exaggerated")}
USUAL = {"click": 0.06, "add_to_cart": 0.035, "order": 0.45, "refund": 0.06}
LOUD = {"click": 0.35, "add_to_cart": 0.25, "order": 0.0, "refund": 1.9}
"""Log effects of a promise above the specification: +42 % clicks, 40 % of its orders come back instead of 6 %."""
SEEN_BY_AUDIT = 0.95
"""Share of exaggerated videos that the audit stops; they are made anew within the specification."""
Counts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Setting:
    """One of the four ways to run the shop."""

    audit: bool
    feedback: bool

    @property
    def name(self) -> str:
        return f"audit {'on' if self.audit else 'off'}, feedback {'on' if self.feedback else 'off'}"


@dataclass
class Batch:
    """Videos of one generation, PRODUCTS * ARMS of them, and what became of them."""

    picked: dict[str, np.ndarray]
    counts: Counts


@dataclass(frozen=True)
class Loudest:
    """The video that was clicked most, and what it was worth: per thousand of its visitors, refunds of its orders."""

    choices: tuple[str, ...]
    clicks: float
    kept: float
    refunds: float


@dataclass(frozen=True)
class Outcome:
    """What the shop earned in one generation, per thousand visitors, and what shoppers were promised."""

    clicks: float
    kept: float
    refunds: float
    """Share of orders."""
    exaggerated: float
    """Share of visitors who saw more than the product can do."""
    loudest: Loudest


class Taste:
    """What the shoppers of one seed like: effects of scenario and hook, and a factor of every video's own."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 1])
        self.effects = {name: self.rng.normal(0, 0.18, len(values)) for name, values in CHOICES.items()}

    def rates(self, picked: dict[str, np.ndarray], own: np.ndarray) -> Counts:
        """True probability of every step for every video."""
        liked = self.effects["scenario"][picked["scenario"]] + self.effects["hook"][picked["hook"]] + own
        loud = picked["promise"]
        moved = {"click": liked, "add_to_cart": liked}
        logs = {step: moved.get(step, 0.0) + LOUD[step] * loud for step in USUAL}
        return {step: np.minimum(USUAL[step] * np.exp(logs[step]), 0.9) for step in USUAL}


def generation(taste: Taste, setting: Setting, past: list[Batch], rng: np.random.Generator) -> tuple[Batch, Outcome]:
    """Plan a batch, make anew within the specification what the audit stops, show it for some days."""
    picked = plan(past, rng, setting.feedback)
    arms = PRODUCTS * ARMS
    stopped = (picked["promise"] == 1) & (rng.random(arms) < SEEN_BY_AUDIT) & setting.audit
    picked["promise"][stopped] = 0
    batch = Batch(picked, {step: np.zeros((DAYS, arms)) for step in ("impression", *USUAL)})
    rates = taste.rates(picked, rng.normal(0, 0.1, arms))
    for day in range(DAYS):
        shares = shares_of(batch, day, rng)
        seen = np.concatenate([rng.multinomial(VISITORS // DAYS, each) for each in shares])
        added = rng.binomial(seen, rates["add_to_cart"])
        ordered = rng.binomial(added, rates["order"])
        done = {"impression": seen, "click": rng.binomial(seen, rates["click"]), "add_to_cart": added,
                "order": ordered, "refund": rng.binomial(ordered, rates["refund"])}  # fmt: skip
        for step, number in done.items():
            batch.counts[step][day] = number
    return batch, outcome(batch)


def shares_of(batch: Batch, day: int, rng: np.random.Generator) -> np.ndarray:
    """Even on the first day; afterwards the product's own tempered Thompson shares; (PRODUCTS, ARMS)."""
    if day == 0:
        return np.full((PRODUCTS, ARMS), 1 / ARMS)
    _, worth = fitted([batch], rng, days=day)
    return thompson_shares(worth.reshape(len(worth), PRODUCTS, ARMS))


def fitted(batches: list[Batch], rng: np.random.Generator, days: int = DAYS) -> tuple[dict[str, Fit], np.ndarray]:
    """Fits of every step over some batches, and draws of what a visitor of each video is worth."""
    matrix, fits, draws = design_of(batches), {}, {}
    counts = {step: np.concatenate([one.counts[step][:days] for one in batches], 1) for step in ("impression", *USUAL)}
    for step in funnel.STEPS:
        cells = cells_of(counts[step.of], counts[step.done], len(batches), is_same_day=step.is_same_day)
        fits[step.done] = fit(cells, matrix, step.prior, rounds=6)
        draws[step.done] = posterior(cells, matrix, fits[step.done], rng, draws=200).draws
    return fits, funnel.worth(funnel.metric_for(int(counts["add_to_cart"].sum())), draws)


def design_of(batches: list[Batch]) -> Design:
    """Choices of all videos of some batches as the ranking's design."""
    rows = [
        {name: values[one.picked[name][arm]] for name, values in CHOICES.items()}
        for one in batches
        for arm in range(PRODUCTS * ARMS)
    ]
    return design(rows, ["shop"] * len(rows))


def cells_of(of: np.ndarray, done: np.ndarray, batches: int, *, is_same_day: bool) -> Cells:
    """Videos of one product and generation compete; days are strata where a step happens on the same day."""
    if not is_same_day:
        of, done = of.sum(0, keepdims=True), done.sum(0, keepdims=True)
    days, arms = of.shape
    contest = np.arange(batches * PRODUCTS).repeat(ARMS)
    stratum = (contest[None] + np.arange(days)[:, None] * batches * PRODUCTS).ravel()
    return Cells(
        arm=np.tile(np.arange(arms), days), stratum=stratum, n=np.maximum(of, done).ravel(), y=done.ravel(),
        contest=contest,
    )  # fmt: skip


def plan(past: list[Batch], rng: np.random.Generator, feedback: bool) -> dict[str, np.ndarray]:
    """Choices of the next batch: even without feedback; with it two thirds are drawn from the fitted effects."""
    arms = PRODUCTS * ARMS
    picked = {name: rng.integers(len(values), size=arms) for name, values in CHOICES.items()}
    if not (past and feedback):
        return picked
    fits, _ = fitted(past, rng)
    matrix = design_of(past)
    place = {column: index for index, column in enumerate(matrix.columns)}
    added = int(sum(one.counts["add_to_cart"].sum() for one in past))
    orders = sum(one.counts["order"].sum() for one in past)
    refunded = sum(one.counts["refund"].sum() for one in past) / max(orders, 1)
    guided = rng.permutation(arms)[: round(arms * (1 - EXPLORE))]
    drawn = {step: effect_draws(one, rng, draws=len(guided)) for step, one in fits.items()}
    effect = funnel.worth_of_effects(funnel.metric_for(added), drawn, float(refunded))
    for name, values in CHOICES.items():
        columns = [place.get(Column(name, value)) for value in values]
        worth = np.stack(
            [effect[:, one] if one is not None else rng.normal(0, 0.15, len(guided)) for one in columns], 1
        )
        picked[name][guided] = worth.argmax(1)
    return picked


def outcome(batch: Batch) -> Outcome:
    """Sums of one generation."""
    total = {step: values.sum(0) for step, values in batch.counts.items()}
    seen = total["impression"]
    loud = int(np.where(seen >= ENOUGH, total["click"] / np.maximum(seen, 1), 0).argmax())
    return Outcome(
        clicks=float(1000 * total["click"].sum() / seen.sum()),
        kept=float(1000 * (total["order"].sum() - total["refund"].sum()) / seen.sum()),
        refunds=float(total["refund"].sum() / max(total["order"].sum(), 1)),
        exaggerated=float(seen[batch.picked["promise"] == 1].sum() / seen.sum()),
        loudest=Loudest(
            choices=tuple(values[batch.picked[name][loud]] for name, values in CHOICES.items()),
            clicks=float(1000 * total["click"][loud] / seen[loud]),
            kept=float(1000 * (total["order"][loud] - total["refund"][loud]) / seen[loud]),
            refunds=float(total["refund"][loud] / max(total["order"][loud], 1)),
        ),
    )


def run(seed: int, setting: Setting) -> list[Outcome]:
    """Four generations of one shop."""
    taste, rng = Taste(seed), np.random.default_rng([seed, 2])
    past: list[Batch] = []
    found = []
    for _ in range(GENERATIONS):
        batch, result = generation(taste, setting, past, rng)
        past.append(batch)
        found.append(result)
    return found


def main() -> None:
    """Run every seed in every setting, print the last generation, write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--out", type=Path, default=ROOT / ".cache/story/index.html")
    parser.add_argument("--films", type=Path, default=ROOT / ".cache/story/films")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = [Setting(audit, feedback) for audit in (True, False) for feedback in (True, False)]
    told: dict[str, list[list[Outcome]]] = {one.name: [] for one in settings}
    for seed in range(options.seeds):
        for setting in settings:
            told[setting.name].append(run(seed, setting))
        if sys.stderr.isatty():
            print(f"\rshop {seed + 1} of {options.seeds}", end="", file=sys.stderr)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(story_page.page(told, options.films), encoding="utf-8")
    rows: list[list[object]] = [["generation 4", "clicks / 1,000", "kept orders / 1,000", "sent back", "exaggerated"]]
    figures: dict[str, object] = {"seeds": options.seeds}
    for name, shops in told.items():
        last = [story_page.Spread.of([getattr(shop[-1], what) for shop in shops]) for what in story_page.MEASURES]
        rows.append([name, *(one.words(what) for one, what in zip(last, story_page.MEASURES, strict=True))])
        figures[name] = {what: one.mean for one, what in zip(last, story_page.MEASURES, strict=True)}
    report.show("story", figures, rows=rows, as_json=options.json)
    print(options.out)


if __name__ == "__main__":
    main()
