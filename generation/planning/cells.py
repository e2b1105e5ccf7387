"""Choosing cells of the plan: scenario x locale x hook, spread wide at first, then by what sold."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.facts import ProductFacts
from generation.planning.scenarios import SCENARIOS, hooks_for
from generation.planning.scenes import OWN, SceneCard, scene_for, suits

EXPLORE = 0.34
"""Share of a batch that ignores scores, so that nothing is written off for lack of trying."""
NO_EVIDENCE_SPREAD = 0.15
"""Standard deviation of the log effect of a choice that nobody has measured yet."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What analytics found about one choice: its log relative rate with a 90 % interval."""

    attribute: str
    value: str
    effect: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """Standard deviation of the estimate (a 90 % interval is 3.29 of them wide)."""
        return max((self.high - self.low) / 3.29, 1e-3)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One variant to make, and why."""

    scenario: str
    locale: str
    hook: str
    scene: str
    seed: int
    reason: str


def plan(
    facts: ProductFacts,
    scenes: Sequence[SceneCard],
    *,
    locales: Sequence[str],
    budget: int,
    learned: Sequence[Learned] = (),
    seed: int = 0,
) -> list[Cell]:
    """Up to `budget` different cells. Same arguments, same plan.

    Without scores the scenarios are spread evenly over locales and hooks, those named in the product's audience
    tags first. With scores each cell draws an effect for its choices (Thompson) and the best draws win, but a
    third of the batch stays spread.
    """
    rng = random.Random(f"{facts.sku}:{seed}")
    possible = [card for card in scenes if suits(card, facts)]
    if not possible:
        return []
    spread = _spread(facts, locales, possible)
    drawn = sorted(spread, key=lambda choice: -_draw(choice, learned, rng)) if learned else []
    guided = drawn[: round(budget * (1 - EXPLORE))] if learned else []
    chosen = guided + [choice for choice in spread if choice not in guided]
    return _cells(facts, chosen[:budget], possible, set(guided), seed)


def _spread(facts: ProductFacts, locales: Sequence[str], scenes: Sequence[SceneCard]) -> list[tuple[str, str, str]]:
    """Every (scenario, locale, hook), ordered so that any prefix varies all three.

    Scenarios that the merchant named come first, then those that one of the scenes looks like.
    """
    wanted = [tag for tag in facts.audience_tags if tag in SCENARIOS]
    there = {tag for card in scenes for tag in card.tags}
    others = sorted(
        (name for name in SCENARIOS if name not in wanted),
        key=lambda name: there.isdisjoint(SCENARIOS[name].scene_tags),
    )
    scenarios = [*wanted, *others]
    hooks, rounds = hooks_for(facts), []
    for turn in range(len(locales) * len(hooks)):
        for place, scenario in enumerate(scenarios):
            locale = locales[(place + turn) % len(locales)]
            hook = hooks[(place + turn // len(locales)) % len(hooks)]
            rounds.append((scenario, locale, hook))
    return list(dict.fromkeys(rounds))


def _draw(choice: tuple[str, str, str], learned: Sequence[Learned], rng: random.Random) -> float:
    known: Mapping[tuple[str, str], Learned] = {(row.attribute, row.value): row for row in learned}
    total = 0.0
    for attribute, value in zip(("scenario", "locale", "hook"), choice, strict=True):
        row = known.get((attribute, value))
        total += rng.gauss(row.effect, row.spread) if row else rng.gauss(0.0, NO_EVIDENCE_SPREAD)
    return total


def _cells(
    facts: ProductFacts,
    choices: Sequence[tuple[str, str, str]],
    scenes: Sequence[SceneCard],
    guided: set[tuple[str, str, str]],
    seed: int,
) -> list[Cell]:
    cells: list[Cell] = []
    for place, (scenario, locale, hook) in enumerate(choices):
        wanted = [OWN, *SCENARIOS[scenario].scene_tags, *facts.scene_tags, facts.category]
        scene = scene_for(scenes, wanted, [cell.scene for cell in cells])
        if scene is None:
            continue
        why = "earlier batches sold with these choices" if (scenario, locale, hook) in guided else "not tried yet"
        number = seed * 1000 + place
        cells.append(
            Cell(scenario=scenario, locale=locale, hook=hook, scene=scene.id, seed=number, reason=f"{scenario}: {why}")
        )
    return cells
