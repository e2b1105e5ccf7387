"""The lists of terms, one file a market: versioned data that a lawyer can read. `terms/<market>.toml`."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from review.checks.base import Severity

FOLDER = Path(__file__).with_name("terms")
_SEVERITY: Mapping[str, Severity] = {"block": "block", "needs_evidence": "person", "warn": "warn"}


@dataclass(frozen=True, kw_only=True)
class Term:
    """A phrase, the kind of claim it is, and what follows from it."""

    phrase: str
    kind: str
    severity: Severity


@dataclass(frozen=True, kw_only=True)
class TermList:
    """What one market forbids or ties to proof. `allow` are neutral uses, taken out of a text first."""

    market: str
    version: str
    language: str
    terms: tuple[Term, ...]
    allow: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.market} {self.version}"

    @property
    def edition(self) -> str:
        """Its name and a hash of what it says: a list that changed, or extends one that changed, is another edition."""
        said = repr((self.terms, self.allow)).encode()
        return f"{self.name} {hashlib.sha256(said).hexdigest()[:12]}"


def edition_of(locale: str) -> str:
    """The edition of the locale's list; "" where nobody wrote one."""
    terms = list_for(locale)
    return terms.edition if terms else ""


def list_for(locale: str) -> TermList | None:
    """The list of the locale's market; of another market in its language if it has none; None if nobody wrote one."""
    language, _, market = locale.partition("-")
    in_language = [each for each in _lists() if each.language == language]
    own = (each for each in in_language if each.market == market)
    return next(own, in_language[0] if in_language else None)


@cache
def _lists() -> tuple[TermList, ...]:
    """Every market's list; where a language has several, the one that the others extend comes first."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda each: len(each.terms)))


def _read(path: Path) -> TermList:
    raw = tomllib.loads(path.read_text())
    base = _read(path.with_name(f"{raw['extends']}.toml")) if "extends" in raw else None
    terms = tuple(
        Term(phrase=phrase, kind=group["name"], severity=_SEVERITY[group["severity"]])
        for group in raw["class"]
        for phrase in group["terms"]
    )
    return TermList(
        market=path.stem.upper(), version=raw["version"], language=raw["language"],
        terms=(base.terms if base else ()) + terms, allow=(base.allow if base else ()) + tuple(raw["allow"]),
    )  # fmt: skip
