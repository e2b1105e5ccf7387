"""What the rights register says about a file: which papers cover it, and which speak about it but do not allow it.

Read by the checks of people, of brands and of pictures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.facts import Consent, ProductFacts
from generation.specs import VideoSpec
from review.observe.records import Observation

Kind = Literal["person", "brand", "photo"]
PAPERS: dict[Kind, str] = {"person": "consent", "brand": "licence", "photo": "permission"}
"""What a paper of each kind is called."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Papers of one kind that speak about a file."""

    covering: tuple[Consent, ...]
    refused: tuple[str, ...]
    """Why each of the others does not allow it, in words."""


def rights_to(kind: Kind, facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> Rights:
    """Papers for the market the file was made for. Which pictures a stranger's file shows is not known: then only
    papers about the whole product count."""
    return rights_over(kind, facts, spec, observation, spec.pictures(facts) if spec else ())


def rights_over(
    kind: Kind, facts: ProductFacts, spec: VideoSpec | None, observation: Observation, pictures: Iterable[str]
) -> Rights:
    """`rights_to` as far as papers speak about one of these pictures, or about the whole product."""
    market, use, pictures = observation.locale.partition("-")[2], spec.use if spec else "shop", set(pictures)
    about = [row for row in facts.consents if row.kind == kind and row.reaches(pictures)]
    judged = [(row, row.refuses(market=market, use=use)) for row in about]
    return Rights(
        covering=tuple(row for row, why in judged if not why),
        refused=tuple(f"{row.name}'s {PAPERS[kind]} ({row.document}) {why}" for row, why in judged if why),
    )


def named(consents: Sequence[Consent]) -> str:
    """Papers as a finding names them: "Marie Dupont (contract 12, until 2027-05-01)"."""
    return ", ".join(
        f"{row.name} ({row.document}{', until ' + row.expires if row.expires else ''})" for row in consents
    )
