"""The signed note that says which variant a visitor was given, by whom and with what probability.

It travels through the page and comes back with every event, so a script cannot invent a propensity, move an event to
another variant, or pass a simulated shopper off as a person.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

_SIGNER = signing.Signer(salt="analytics.decision")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`visitor` is the keyed hash, `allocation` the id of the shares that applied, `source` live or simulated."""

    placement: UUID
    visitor: int
    allocation: int
    propensity: float
    source: str


def sign(decision: Decision) -> str:
    """The note as URL-safe text."""
    row = [
        decision.placement.hex,
        decision.visitor,
        decision.allocation,
        round(decision.propensity, 6),
        decision.source,
    ]
    return _SIGNER.sign_object(row)


def read(note: str) -> Decision | None:
    """The decision, or None when the signature or the content is not ours."""
    try:
        placement, visitor, allocation, propensity, source = _SIGNER.unsign_object(note)
        return Decision(
            placement=UUID(placement), visitor=visitor, allocation=allocation, propensity=propensity, source=source
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
