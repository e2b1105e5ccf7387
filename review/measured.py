"""What the audit measured in one file, as people read it: problems with their evidence, and what passed."""

from dataclasses import dataclass

from generation.models import Cut, Video
from review import selectors
from review.checks.titles import FIXES, TITLES, title_of
from review.models import Audit, Finding
from review.tracked import HEIGHT, Tracked, is_at_least, tracked_of

PASSED = "The audit passed; a person must say yes before shoppers see it."
_APPROVED = {
    Video.State.APPROVED: "The audit passed and a person approved it.",
    Video.State.PUBLISHED: "The audit passed and a person approved it.",
    Video.State.STALE: "A person approved it; what it was built on has changed since, so it is paused.",
    Video.State.WITHDRAWN: "A person approved it and took the approval back. Nobody is shown it any more.",
    Video.State.TAKEN_DOWN: "The platform took it down. Nobody is shown it until that is lifted.",
}
"""What became of a video that somebody approved."""
SEVERE: dict[str, int] = {Finding.Severity.BLOCK: 0, Finding.Severity.PERSON: 1, Finding.Severity.WARN: 2}
"""Severities that are shown as problems, the gravest first."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A finding as it is shown."""

    title: str
    message: str
    severity: str
    claim: str
    picture: str
    fix: str
    second: float | None
    place: float
    """Where on the time line, in percent."""
    allowed: float | None
    measured: float | None
    uncertainty: float | None
    unit: str
    is_at_least: bool
    """Whether it was measured to where it left the picture."""

    @property
    def has_gauge(self) -> bool:
        return self.allowed is not None and self.measured is not None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The newest audit of a file, in words."""

    verdict: str
    is_blocked: bool
    doubts: int = 0
    """Findings that a person must call acceptable, with a reason, before the file can be approved."""
    problems: tuple[Shown, ...] = ()
    passed: tuple[Shown, ...] = ()
    seconds: float | None = None
    tracked: Tracked | None = None
    """What the player draws over the film."""
    fixes: tuple["Remedy", ...] = ()
    """What helps, in the order in which to try it."""


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One way to repair a file, and what it would repair."""

    key: str
    words: str
    titles: tuple[str, ...]
    stretches: tuple[tuple[float, float], ...]
    """Seconds from and to, of findings that name a stretch."""


def measured_of(video: Video, cut: Cut | None) -> Measured:
    """What the newest audit of this cut says; a named state when there is none."""
    audit = selectors.audits().filter(cut=cut).exclude(state=Audit.State.RUNNING).first() if cut else None
    if cut is None or audit is None:
        return Measured(verdict=_without_audit(video), is_blocked=False)
    findings = list(audit.findings.all())
    problems = sorted((row for row in findings if row.severity in SEVERE), key=lambda row: SEVERE[row.severity])
    troubled = {row.rule for row in problems}
    told = {row.rule: row for row in findings if row.rule not in troubled}
    return Measured(
        verdict=_verdict(video, audit, problems),
        is_blocked=audit.state == Audit.State.REJECTED,
        doubts=sum(row.is_open for row in problems),
        problems=tuple(_shown(row, cut) for row in problems),
        passed=tuple(_shown(told[rule], cut) for rule in TITLES if rule in told),
        seconds=audit.seconds,
        tracked=tracked_of(audit, problems),
        fixes=_remedies(problems),
    )


def _remedies(problems: list[Finding]) -> tuple[Remedy, ...]:
    """The fixes of these findings, each once, in the order of FIXES."""
    told = []
    for key, words in FIXES.items():
        rows = [row for row in problems if row.fix == key and row.severity != Finding.Severity.WARN]
        stretches = [(row.second, row.until) for row in rows if row.second is not None and row.until is not None]
        titles = tuple(dict.fromkeys(title_of(row.rule) for row in rows))
        if rows:
            told.append(Remedy(key=key, words=words, titles=titles, stretches=tuple(stretches)))
    return tuple(told)


def _verdict(video: Video, audit: Audit, problems: list[Finding]) -> str:
    if audit.state == Audit.State.REJECTED:
        return f"The audit stopped this file: {problems[0].message}" if problems else "The audit stopped this file."
    if video.state in _APPROVED:
        return _APPROVED[Video.State(video.state)]
    if audit.state == Audit.State.NEEDS_PERSON:
        doubts = sum(row.severity == Finding.Severity.PERSON for row in problems)
        return f"{doubts} {'thing needs' if doubts == 1 else 'things need'} your eyes before you decide."
    return PASSED


def _without_audit(video: Video) -> str:
    if video.state == Video.State.REJECTED:
        return "A person rejected this video."
    return "No audit of this file is finished yet."


def _shown(row: Finding, cut: Cut) -> Shown:
    return Shown(
        title=title_of(row.rule),
        message=row.message,
        severity=row.severity,
        claim=row.claim,
        picture=row.image.url if row.image else "",
        fix=FIXES.get(row.fix, ""),
        second=row.second,
        place=round(100 * (row.second or 0.0) / max(cut.seconds, 0.1), 2),
        allowed=row.allowed,
        measured=row.measured,
        uncertainty=row.uncertainty,
        unit=row.unit,
        is_at_least=row.rule == HEIGHT and is_at_least(row.audit),
    )
