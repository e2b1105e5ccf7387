"""The platform's rules as data: read from `rules.toml`, cited by every takedown with their version."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One ground for taking a video down."""

    id: str
    title: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Rules:
    """One edition of the rules."""

    version: str
    rules: tuple[Rule, ...]

    def title_of(self, rule: str) -> str:
        """What a rule is called; one of an older edition that is gone keeps its id."""
        return next((each.title for each in self.rules if each.id == rule), rule)


@cache
def current() -> Rules:
    """Today's rules."""
    raw = tomllib.loads(Path(__file__).with_name("rules.toml").read_text())
    return Rules(version=raw["version"], rules=tuple(Rule(**rule) for rule in raw["rule"]))
