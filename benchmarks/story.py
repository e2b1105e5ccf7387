"""One page that tells the whole story, on SIMULATED shoppers whose true wishes are known: four generations of videos of
a small shop, with the audit on and off, and with planning fed by what sold or not.

A video is a scenario, a hook and a promise; a promise above the specification is clicked more and sent back more. What
is the product's own: planning (`generation.planning.plan`), the ranking of every funnel step, refunds included, the
shares, and what the audit says of each film, which was drawn, finished and audited once (`benchmarks/story_films.py`).
What is assumed: the shoppers. Twenty shops with tastes of their own give the intervals.

    python benchmarks/story.py --seeds 20 --out .cache/story/index.html [--films .cache/story/films]
"""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
import report
import story_page

from analytics.allocation import thompson_shares
from analytics.stats import funnel
from analytics.stats.design import Design, design, usual_rate
from analytics.stats.ranking import Cells, Fit, effect_draws, fit, posterior
from catalog.facts import ProductFacts
from generation import planning
from generation.planning import Learned, SceneCard
from generation.planning.scenarios import HOOKS, SCENARIOS

PRODUCTS, ARMS, DAYS, GENERATIONS, VISITORS = 10, 6, 4, 4, 6000
"""Visitors are those of one product in one generation."""
ENOUGH = 800
"""Visitors a video needs before it is called the most clicked."""
CHOICES = {"scenario": tuple(SCENARIOS), "hook": HOOKS, "promise": ("honest", "exaggerated")}
PLANNED_AS = {"scenario": "scenario", "hook": "hook", "promise": "locale"}
"""Planning never exaggerates by itself: it is given the two promises in the place of two languages to choose from."""
USUAL = {"click": 0.06, "add_to_cart": 0.035, "order": 0.45, "refund": 0.06}
LOUD = {"click": 0.35, "add_to_cart": 0.25, "order": 0.0, "refund": 1.9}
"""Log effects of a promise above the specification: +42 % clicks, 40 % of its orders come back instead of 6 %."""
Counts = dict[str, np.ndarray]


@dataclass(frozen=True)
class Setting:
    """One of the four ways to run the shop."""

    audit: bool
    feedback: bool

    @property
    def name(self) -> str:
        return f"audit {'on' if self.audit else 'off'}, feedback {'on' if self.feedback else 'off'}"


@dataclass(frozen=True)
class Films:
    """What was drawn: the product's facts, the scenes planning may choose, and what the audit said of each film."""

    facts: ProductFacts
    scenes: tuple[SceneCard, ...]
    said: dict[tuple[str, str, str], str]
    """`passed`, `stopped` or `person`, by scenario, hook and promise."""

    @classmethod
    def load(cls, folder: Path) -> "Films":
        """Raises SystemExit, naming what to run, where a film was not audited yet."""
        if not (folder / "facts.json").exists():
            raise SystemExit(f"There are no films in {folder}: run benchmarks/story_films.py first.")
        facts = ProductFacts.from_json((folder / "facts.json").read_text(encoding="utf-8"))
        said = {}
        for path in folder.glob("*-*-*.json"):
            scenario, hook, promise = path.stem.split("-")
            said[scenario, hook, promise] = json.loads(path.read_text(encoding="utf-8"))["audit"]
        return cls(facts, tuple(planning.scene_pack()), said)

    def is_stopped(self, scenario: str, hook: str, promise: str) -> bool:
        """By the audit, or by the person it asks, who is taken to see what is true."""
        said = self.said.get((scenario, hook, promise))
        if said is None:
            raise SystemExit(f"{scenario}-{hook}-{promise} was not audited: run benchmarks/story_films.py first.")
        return said == "stopped" or (said == "person" and promise == "exaggerated")


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
    versus: tuple[float, float] | None
    """Clicks and kept orders per visitor of exaggerated videos over those of honest ones, where both were shown."""


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


def generation(
    taste: Taste, setting: Setting, past: list[Batch], rng: np.random.Generator, films: Films
) -> tuple[Batch, Outcome]:
    """Plan a batch, make anew within the specification what the audit stops, show it for some days."""
    picked = plan(past, rng, films, feedback=setting.feedback)
    arms = PRODUCTS * ARMS
    names = [tuple(values[picked[name][arm]] for name, values in CHOICES.items()) for arm in range(arms)]
    stopped = np.array([setting.audit and films.is_stopped(*name) for name in names])
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
    _, draws = fitted([batch], rng, days=day)
    worth = funnel.worth(funnel.metric_for(added_in([batch], day)), draws)
    return thompson_shares(worth.reshape(len(worth), PRODUCTS, ARMS))


def added_in(batches: list[Batch], days: int = DAYS) -> int:
    """Add-to-carts of the first days of some batches."""
    return sum(int(one.counts["add_to_cart"][:days].sum()) for one in batches)


def fitted(batches: list[Batch], rng: np.random.Generator, days: int = DAYS) -> tuple[dict[str, Fit], Counts]:
    """Fits of every step over some batches, and draws of every video's rates."""
    matrix, fits, draws = design_of(batches), {}, {}
    counts = {step: np.concatenate([one.counts[step][:days] for one in batches], 1) for step in ("impression", *USUAL)}
    for step in funnel.STEPS:
        cells = cells_of(counts[step.of], counts[step.done], len(batches), is_same_day=step.is_same_day)
        fits[step.done] = fit(cells, matrix, step.prior, rounds=6)
        draws[step.done] = posterior(cells, matrix, fits[step.done], rng, draws=200).draws
    return fits, draws


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


def plan(past: list[Batch], rng: np.random.Generator, films: Films, *, feedback: bool) -> dict[str, np.ndarray]:
    """Choices of the next batch, by the product's own planner; each product names its audiences in another order."""
    learned = beliefs(past, rng) if past and feedback else ()
    chosen = []
    for product in range(PRODUCTS):
        order = tuple(rng.permutation(list(SCENARIOS)).tolist())
        facts = replace(films.facts, sku=f"{films.facts.sku}-{product}-{rng.integers(10**9)}", audience_tags=order)
        chosen += planning.plan(
            facts, films.scenes, locales=CHOICES["promise"], budget=ARMS, learned=learned, seed=len(past)
        )
    own = {name: [getattr(cell, attribute) for cell in chosen] for name, attribute in PLANNED_AS.items()}
    return {name: np.array([CHOICES[name].index(value) for value in values]) for name, values in own.items()}


def beliefs(past: list[Batch], rng: np.random.Generator) -> list[Learned]:
    """What planning is told of each choice: its effect on what a visitor is worth, with a 90 % interval."""
    fits, rates = fitted(past, rng)
    drawn = {step: effect_draws(one, rng, draws=400) for step, one in fits.items()}
    metric, matrix = funnel.metric_for(added_in(past)), design_of(past)
    usual = usual_rate(rates["refund"].mean(axis=0), matrix, fits["refund"].beta)
    by_column = {step: dict(zip(matrix.columns, each.T, strict=True)) for step, each in drawn.items()}
    effect = funnel.worth_of_choices(metric, by_column, usual)
    return [
        Learned(
            attribute=PLANNED_AS[column.attribute], value=column.value, effect=float(against.mean()),
            low=float(np.quantile(against, 0.05)), high=float(np.quantile(against, 0.95)),
            is_net=metric == "kept_order",
        )
        for column, against in effect.items()
    ]  # fmt: skip


def outcome(batch: Batch) -> Outcome:
    """Sums of one generation."""
    total = {step: values.sum(0) for step, values in batch.counts.items()}
    seen = total["impression"]
    kept = total["order"] - total["refund"]
    loud = int(np.where(seen >= ENOUGH, total["click"] / np.maximum(seen, 1), 0).argmax())
    return Outcome(
        clicks=float(1000 * total["click"].sum() / seen.sum()),
        kept=float(1000 * kept.sum() / seen.sum()),
        refunds=float(total["refund"].sum() / max(total["order"].sum(), 1)),
        exaggerated=float(seen[batch.picked["promise"] == 1].sum() / seen.sum()),
        loudest=Loudest(
            choices=tuple(values[batch.picked[name][loud]] for name, values in CHOICES.items()),
            clicks=float(1000 * total["click"][loud] / seen[loud]),
            kept=float(1000 * kept[loud] / seen[loud]),
            refunds=float(total["refund"][loud] / max(total["order"][loud], 1)),
        ),
        versus=versus(batch.picked["promise"] == 1, seen, total["click"], kept),
    )


def versus(is_loud: np.ndarray, seen: np.ndarray, clicks: np.ndarray, kept: np.ndarray) -> tuple[float, float] | None:
    """Exaggerated over honest, per visitor; None without either."""
    if is_loud.all() or not is_loud.any():
        return None
    ratios = [
        (done[is_loud].sum() / seen[is_loud].sum()) / (done[~is_loud].sum() / seen[~is_loud].sum())
        for done in (clicks, kept)
    ]
    return float(ratios[0]), float(ratios[1])


def run(seed: int, setting: Setting, films: Films) -> list[Outcome]:
    """Four generations of one shop."""
    taste, rng = Taste(seed), np.random.default_rng([seed, 2])
    past: list[Batch] = []
    found = []
    for _ in range(GENERATIONS):
        batch, result = generation(taste, setting, past, rng, films)
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
    films = Films.load(options.films)
    told: dict[str, list[list[Outcome]]] = {one.name: [] for one in settings}
    for seed in range(options.seeds):
        for setting in settings:
            told[setting.name].append(run(seed, setting, films))
        if sys.stderr.isatty():
            print(f"\rshop {seed + 1} of {options.seeds}", end="", file=sys.stderr)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(story_page.page(told, options.films, films.said), encoding="utf-8")
    rows: list[list[object]] = [["generation 4", "clicks / 1,000", "kept orders / 1,000", "sent back", "exaggerated"]]
    figures: dict[str, object] = {"seeds": options.seeds}
    for name, shops in told.items():
        last = [story_page.Spread.of([getattr(shop[-1], what) for shop in shops]) for what in story_page.MEASURES]
        rows.append([name, *(one.words(what) for one, what in zip(last, story_page.MEASURES, strict=True))])
        figures[name] = {what: one.mean for one, what in zip(last, story_page.MEASURES, strict=True)}
    clicks, kept = story_page.compared(told)
    rows.append(["exaggerated / honest", f"{clicks.ratio()}", f"{kept.ratio()}", "", ""])
    figures["exaggerated / honest"] = {"clicks": clicks.mean, "kept": kept.mean}
    report.show("story", figures, rows=rows, as_json=options.json)
    print(options.out)


if __name__ == "__main__":
    main()
