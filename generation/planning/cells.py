"""Choosing cells of the plan: scenario x locale x hook, spread wide at first, then by what sold."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.facts import ProductFacts
from generation.planning.scenarios import SCENARIOS, hooks_for
from generation.planning.scenes import OWN, SceneCard, scene_for, suits

ATTRIBUTES = ("scenario", "locale", "hook")
Choice = tuple[str, str, str]
"""A value of each of the attributes."""
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
    is_net: bool = False
    """Of orders kept, refunds taken off, rather than of clicks."""

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
    """Up to `budget` cells. Same arguments, same plan.

    Without scores the scenarios are spread evenly over locales and hooks, those named in the product's audience
    tags first. With scores each cell draws an effect for its choices (Thompson) and the best draws win, but a
    third of the batch stays spread, each batch over other cells. A choice that earned credibly less than another of
    its kind is in neither part; where that leaves too few cells, the best get a second take.
    """
    rng = random.Random(f"{facts.sku}:{seed}")
    possible = [card for card in scenes if suits(card, facts)]
    if not possible:
        return []
    spread = _spread(facts, locales, possible)
    if not learned:
        return _cells(facts, [(choice, "not tried yet") for choice in spread[:budget]], possible, seed)
    drawn = sorted(spread, key=lambda choice: -_draw(choice, learned, rng))
    given_up = beaten(spread, learned)
    hopeful = [choice for choice in drawn if given_up.isdisjoint(_named(choice))]
    guided = hopeful[: round(budget * (1 - EXPLORE))]
    start = seed * (budget - len(guided)) % len(spread)
    others = [choice for choice in spread[start:] + spread[:start] if choice in hopeful and choice not in guided]
    most = min(budget, len(spread))
    again = hopeful * (most // len(hopeful))
    reasons = ("earlier batches sold with these choices", "an experiment, so that nothing is missed", "another take")
    chosen = [(choice, why) for why, part in zip(reasons, (guided, others, again), strict=True) for choice in part]
    return _cells(facts, chosen[:most], possible, seed)


def beaten(choices: Sequence[Choice], learned: Sequence[Learned]) -> set[tuple[str, str]]:
    """(attribute, value) of what kept credibly fewer orders than another value that could be chosen instead.

    Credibly: their 90 % intervals lie apart. Clicks alone rule nothing out: what promises too much wins them.
    """
    found = set()
    for place, attribute in enumerate(ATTRIBUTES):
        values = {choice[place] for choice in choices}
        rows = [row for row in learned if row.is_net and row.attribute == attribute and row.value in values]
        surest = max((row.low for row in rows), default=0.0)
        found |= {(attribute, row.value) for row in rows if row.high < surest}
    return found


def _spread(facts: ProductFacts, locales: Sequence[str], scenes: Sequence[SceneCard]) -> list[Choice]:
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


def _named(choice: Choice) -> tuple[tuple[str, str], ...]:
    return tuple(zip(ATTRIBUTES, choice, strict=True))


def _draw(choice: Choice, learned: Sequence[Learned], rng: random.Random) -> float:
    known: Mapping[tuple[str, str], Learned] = {(row.attribute, row.value): row for row in learned}
    total = 0.0
    for named in _named(choice):
        row = known.get(named)
        total += rng.gauss(row.effect, row.spread) if row else rng.gauss(0.0, NO_EVIDENCE_SPREAD)
    return total


def _cells(
    facts: ProductFacts,
    choices: Sequence[tuple[Choice, str]],
    scenes: Sequence[SceneCard],
    seed: int,
) -> list[Cell]:
    """Each choice with the reason for it, in a scene that suits."""
    cells: list[Cell] = []
    for place, ((scenario, locale, hook), why) in enumerate(choices):
        wanted = [OWN, *SCENARIOS[scenario].scene_tags, *facts.scene_tags, facts.category]
        scene = scene_for(scenes, wanted, [cell.scene for cell in cells])
        if scene is None:
            continue
        number = seed * 1000 + place
        cells.append(
            Cell(scenario=scenario, locale=locale, hook=hook, scene=scene.id, seed=number, reason=f"{scenario}: {why}")
        )
    return cells
