"""What the rights register says about a file: which papers cover it, and which speak about it but do not allow it.

Read by the checks of people and of brands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.facts import Consent, ProductFacts
from generation.specs import VideoSpec
from review.observe.records import Observation


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Papers of one kind that speak about a file."""

    covering: tuple[Consent, ...]
    refused: tuple[str, ...]
    """Why each of the others does not allow it, in words."""


def rights_to(
    kind: Literal["person", "brand"], facts: ProductFacts, spec: VideoSpec | None, observation: Observation
) -> Rights:
    """Papers for the market the file was made for. Which pictures a stranger's file shows is not known: then only
    papers about the whole product count."""
    market, use = observation.locale.partition("-")[2], spec.use if spec else "shop"
    pictures = spec.pictures(facts) if spec else frozenset[str]()
    about = [row for row in facts.consents if row.kind == kind and row.reaches(pictures)]
    judged = [(row, row.refuses(market=market, use=use)) for row in about]
    return Rights(
        covering=tuple(row for row, why in judged if not why),
        refused=tuple(f"{row.name}'s consent ({row.document}) {why}" for row, why in judged if why),
    )


def named(consents: Sequence[Consent]) -> str:
    """Papers as a finding names them: "Marie Dupont (contract 12, until 2027-05-01)"."""
    return ", ".join(
        f"{row.name} ({row.document}{', until ' + row.expires if row.expires else ''})" for row in consents
    )
