"""What a check is, what it finds, and how findings become a verdict."""

import dataclasses
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.observe.records import Observation

Severity = Literal["block", "person", "warn", "info"]
"""block: untrue or forbidden. person: nobody but a person can say. warn, info: told, stops nothing."""
Fix = Literal["", "regenerate_with_cap", "trim", "real_footage", "change_claim"]
"""What would repair it. A disclaimer is never offered: it does not cure an exaggeration."""
Verdict = Literal["passed", "needs_person", "rejected"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a check has to say about one file. `allowed`, `measured` and `uncertainty` are in `unit`."""

    rule: str
    severity: Severity
    message: str
    claim: str = ""
    """The words read or heard that it is about."""
    parameter: str = ""
    allowed: float | None = None
    measured: float | None = None
    uncertainty: float | None = None
    unit: str = ""
    second: float | None = None
    until: float | None = None
    """End of the stretch it is about, for a fix that trims from `second` to here."""
    image: str = ""
    """Name of the evidence picture; empty when there is none."""
    fix: Fix = ""

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Finding":
        raw: dict[str, Any] = json.loads(text)
        return cls(**raw)


Check = Callable[[ProductFacts, VideoSpec | None, Observation], list[Finding]]
"""A pure function. The spec is None when a stranger's file is audited: then only the facts bind."""


def verdict(findings: Iterable[Finding]) -> Verdict:
    """Any block rejects; anything for a person waits for one; warnings and remarks stop nothing."""
    severities = {finding.severity for finding in findings}
    if "block" in severities:
        return "rejected"
    return "needs_person" if "person" in severities else "passed"
