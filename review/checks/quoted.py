"""Words in quotation marks and stars are what buyers said: a review and the mean of the ratings have to bear it."""

import re
import statistics
from collections.abc import Iterator

from catalog.facts import ProductFacts
from generation.specs import VideoSpec
from review.checks.base import Finding, Severity
from review.checks.wording import coverage, tokens
from review.observe.records import Observation, TextLine

RULE = "quoted"
SAID = 0.9
"""Share of a quotation that a review has to hold, in order: what was left out leaves no mark."""
_OPEN, _CLOSE = '“"«「『„', '”"»」』“'
_QUOTED = re.compile(rf"(?<!\d)[{_OPEN}]\s*([^{_OPEN}{_CLOSE}]+?)\s*[{_CLOSE}]")
_HALF = re.compile(rf"(?<!\d)[{_OPEN}]\s*([^{_OPEN}{_CLOSE}]+)$|^([^{_OPEN}{_CLOSE}]*[^\W\d_][.!?…]?)\s*[{_CLOSE}]")
"""One mark alone: the reader takes the other one for a letter now and then."""
_UNFINISHED = re.compile(rf"(?<!\d)[{_OPEN}][^{_OPEN}{_CLOSE}]+$")
_RATED = re.compile(
    r"(?P<out>[0-5](?:[.,]\d)?)\s*(?:/|out\s+of|sur|von|de)\s*5(?![\d.,]*\d)"
    r"|(?P<stars>[0-5](?:[.,]\d)?)[\s-]*(?:stars?\b|étoiles?\b|颗?星)|(?P<drawn>★{2,5})",
    re.IGNORECASE,
)


def quoted(facts: ProductFacts, spec: VideoSpec | None, observation: Observation) -> list[Finding]:
    """Every quotation and every rating that is shown, once."""
    findings: dict[str, Finding] = {}
    for line, text in _passages(observation):
        for words in _quotations(text):
            if len(tokens(words)) > 1 and not _is_name(words, facts):
                findings.setdefault(words, _quotation(words, line, facts))
        rating = _RATED.search(text)
        if rating:
            findings.setdefault(rating[0], _rating(rating, line, facts))
    return list(findings.values())


def _quotations(text: str) -> list[str]:
    half = _HALF.search(text)
    return _QUOTED.findall(text) or ([half[1] or half[2]] if half else [])


def _passages(observation: Observation) -> Iterator[tuple[TextLine, str]]:
    """Each line with its words; one that opens a quotation takes the lines below it in until it is closed."""
    taken: set[int] = set()
    lines = sorted(observation.texts, key=lambda line: line.box.y)
    for place, line in enumerate(lines):
        if place in taken:
            continue
        text = line.text
        for number, other in enumerate(lines[place + 1 :], start=place + 1):
            if _UNFINISHED.search(text) and min(other.end, line.end) > max(other.start, line.start):
                text = f"{text} {other.text}"
                taken.add(number)
        yield line, text


def _is_name(words: str, facts: ProductFacts) -> bool:
    return any(coverage(words, name) >= SAID for name in (facts.brand, *facts.title.values()))


def _quotation(words: str, line: TextLine, facts: ProductFacts) -> Finding:
    reviews = [row for row in facts.evidence if row.kind == "review"]
    source = next((row for row in reviews if coverage(words, row.text) >= SAID), None)
    if source:
        return _say("info", f"“{words}” stands in review {source.id}.", line)
    message = f"“{words}” is shown as a quotation, and none of the {len(reviews)} reviews in the catalog says it."
    return _say("person", message, line)


def _rating(shown: re.Match[str], line: TextLine, facts: ProductFacts) -> Finding:
    """A rating may be rounded up by half of its last digit, not more."""
    told = shown["out"] or shown["stars"]
    claimed = float(told.replace(",", ".")) if told else float(len(shown["drawn"]))
    ratings = [row.rating for row in facts.evidence if row.kind == "review" and row.rating is not None]
    if not ratings:
        return _say("person", f"“{shown[0]}” is shown; the catalog has no ratings of this product.", line, claimed)
    mean = statistics.fmean(ratings)
    about = f"{mean:.2f} is the mean of {len(ratings)} ratings in the catalog"
    if claimed > mean + (0.05 if told and len(told) > 1 else 0.5) + 1e-9:
        return _say("block", f"“{shown[0]}” is shown; {about}.", line, claimed, mean)
    return _say("info", f"“{shown[0]}” is shown and {about}.", line, claimed, mean)


def _say(
    severity: Severity, message: str, line: TextLine, measured: float | None = None, allowed: float | None = None
) -> Finding:
    return Finding(
        rule=RULE,
        severity=severity,
        message=message,
        claim=line.text,
        measured=measured,
        allowed=round(allowed, 3) if allowed is not None else None,
        second=line.start,
        until=line.end,
        fix="" if severity == "info" else "change_claim",
    )
