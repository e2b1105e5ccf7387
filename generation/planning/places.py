"""Where a kind of product is at home: shoes do not belong on a kitchen counter. Data in places.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.facts import ProductFacts

ASIDE = re.compile(r"[,(|]|\s(?:[-–—]|in|with|for|mit|für|avec|pour|con|para)\s", re.IGNORECASE)
"""Where a title stops naming the thing."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of product and the scene tags that suit it."""

    name: str
    pattern: re.Pattern[str]
    tags: frozenset[str]


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which they are asked."""
    rows = tomllib.loads(Path(__file__).with_name("places.toml").read_text(encoding="utf-8"))["kinds"]
    return tuple(Kind(name=row["name"], pattern=_pattern(row["words"]), tags=frozenset(row["tags"])) for row in rows)


def kind_of(facts: ProductFacts) -> Kind | None:
    """The kind of a product by the last telling word of its title, else by its category; None when nothing tells.

    The last word of a title names the thing, those before it describe it and those after "with" or a comma add to it:
    "coffee table lamp with glass shade" is a lamp.
    """
    for text in (ASIDE.split(facts.title_in(facts.locale))[0], facts.category):
        found = [(match.end(), kind) for kind in kinds() for match in kind.pattern.finditer(text.lower())]
        if found:
            return max(found, key=lambda each: each[0])[1]
    return None


def _pattern(words: list[str]) -> re.Pattern[str]:
    plain = [rf"\b{re.escape(word)}(?:s|es|e|n|en)?\b" if word.isascii() or word[0] < "⺀" else word for word in words]
    return re.compile("|".join(plain))
