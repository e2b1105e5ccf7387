"""The evidence index: every sentence of a plan, how it reaches the shopper, and what it rests on."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SaidLine:
    """A sentence of a video, from the second it first begins: how it is told, and the ids of its evidence."""

    start: float
    end: float
    text: str
    how: tuple[str, ...]
    """shown, spoken, or both"""
    evidence: tuple[str, ...]


def said_lines(spec: dict[str, Any]) -> tuple[SaidLine, ...]:
    """Every sentence once, in the order of the video; `spec` is a VideoSpec as JSON."""
    rows = [
        (line, how) for how, name in (("shown", "captions"), ("spoken", "narration")) for line in spec.get(name, ())
    ]
    said: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for row in sorted(rows, key=lambda row: (row[0]["start"], row[1])):
        said.setdefault(row[0]["text"], []).append(row)
    return tuple(
        SaidLine(
            start=told[0][0]["start"],
            end=told[0][0]["end"],
            text=text,
            how=tuple(sorted({how for _, how in told})),
            evidence=tuple(sorted({key for line, _ in told for key in line.get("evidence", ())})),
        )
        for text, told in said.items()
    )
