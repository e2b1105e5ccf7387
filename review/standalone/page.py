"""The report as one HTML file that needs nothing beside it: verdict, worst frame, photo, time line, every finding."""

import base64
import io
import json
from collections.abc import Mapping
from html import escape

import numpy as np
from PIL import Image

from catalog.facts import Parameter
from review.auditing import Question, Report
from review.checks.base import Finding, Severity
from review.checks.registry import NOTHING
from review.checks.titles import FIXES, title_of
from review.observe.photo import Photo
from review.standalone.spec import FOLDER

GRAVITY: dict[Severity, int] = {"block": 0, "person": 1, "warn": 2, "info": 3}
MARKS: dict[Severity, str] = {"block": "Exceeds", "person": "For a person", "warn": "Remark", "info": "Within"}
COUNTED: dict[Severity, tuple[str, str]] = {
    "block": ("point exceeds the specification", "points exceed the specification"),
    "person": ("needs a person", "need a person"),
    "warn": ("is a remark", "are remarks"),
    "info": ("is within", "are within"),
}
_ASKED = {False: "", True: ' class="soft"'}
"""A rule that says "Not asked" has no tick."""
BOUNDS = {"max": "at most", "min": "at least", "exact": "", "range": "up to"}
TONES = {"within": "info", "exceeds": "block", "cannot measure": "person"}
PHOTO_WIDTH = 480


def html(name: str, verdict: str, report: Report, question: Question) -> str:
    """The whole page; pictures are inside it as data addresses."""
    findings = sorted(report.findings, key=lambda finding: GRAVITY[finding.severity])
    seen = report.observation
    about = f"{seen.seconds:.1f} s, {seen.picture.width} × {seen.picture.height}, {seen.locale}"
    worst = next((finding for finding in findings if finding.image), None)
    open_ = [finding for finding in findings if finding.severity != "info"]
    rows = [_finding(place, each, {} if each is worst else report.pictures) for place, each in enumerate(open_)]
    title = escape(question.facts.title_in(question.locale))
    parts = [
        f'<header><p class="verdict {TONES[verdict]}">{verdict.capitalize()}</p><h1>{escape(name)}</h1>',
        f"<p>{_counted(findings)}</p>",
        f'<p class="soft">Held against {title} ({escape(question.facts.sku)}). {about}.</p>',
        f'<p class="soft">SHA-256 <code>{seen.sha256}</code></p></header>',
        _pictures(worst, report, question.photo),
        _timeline(findings, seen.seconds),
        f'<section class="card"><h2>What has to be decided</h2>{"".join(rows)}</section>' if rows else "",
        _within([finding for finding in findings if finding.severity == "info"]),
        _specification(question),
        _unread(seen.unread),
        _everything(seen.to_dict()),
        '<footer class="soft">Measured from the file alone by vitrine-audit. ± is half of the 90 % interval. What'
        " cannot be measured is left to a person and never passed.</footer>",
    ]
    style = (FOLDER / "page.css").read_text()
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Audit of {escape(name)}: {verdict}</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )


def _counted(findings: list[Finding]) -> str:
    """ "1 point exceeds the specification, 2 need a person, 14 are within." """
    numbers = {kind: sum(finding.severity == kind for finding in findings) for kind in GRAVITY}
    told = [f"{number} {COUNTED[kind][number != 1]}" for kind, number in numbers.items() if number]
    return f"{', '.join(told)}."


def _within(findings: list[Finding]) -> str:
    """What was measured or read and agrees, then the rules that found nothing to judge, in one line."""
    quiet = [finding for finding in findings if finding.message == NOTHING]
    rows = [
        f"<dt{_ASKED[each.message.startswith('Not ')]}>{_title(each)}{_at(each)}</dt><dd>{escape(each.message)}</dd>"
        for each in findings
        if each not in quiet
    ]
    also = f'<p class="soft">{NOTHING[:-1]}: {", ".join(map(_title, quiet))}.</p>' if quiet else ""
    return f'<section class="card"><h2>Within</h2><dl>{"".join(rows)}</dl>{also}</section>' if findings else ""


def _specification(question: Question) -> str:
    rows = [
        f"<tr><td>{escape(row.name.replace('_', ' '))}</td><td>{_bounded(row)}</td></tr>"
        for row in question.facts.parameters
    ]
    return f'<section class="card"><h2>The specification</h2><table>{"".join(rows)}</table></section>' if rows else ""


def _bounded(row: Parameter) -> str:
    low = f"{row.lower:g} to " if row.bound == "range" and row.lower is not None else f"{BOUNDS[row.bound]} "
    slack = f" ± {row.tolerance:.0%}" if row.tolerance else ""
    return escape(f"{low}{row.value:g} {row.unit}{slack}".strip())


def _pictures(worst: Finding | None, report: Report, photo: Photo | None) -> str:
    """The worst frame beside the photo."""
    figures = ""
    if worst:
        caption = f"{title_of(worst.rule)}{_at(worst)}: {worst.message}"
        figures += (
            f"<figure>{_img(report.pictures[worst.image], caption)}<figcaption>{escape(caption)}</figcaption></figure>"
        )
    if photo:
        caption = f"The photo: {photo.image.name}"
        shown = _img(_png(photo), caption, kind="png")
        figures += f'<figure class="photo">{shown}<figcaption>{escape(caption)}</figcaption></figure>'
    return f'<section class="card pictures">{figures}</section>' if figures else ""


def _timeline(findings: list[Finding], seconds: float) -> str:
    """Where in the file each problem lies."""
    ticks = "".join(f'<i style="left:{100 * second / seconds:.2f}%">{second}</i>' for second in range(int(seconds) + 1))
    marks = [
        f'<a class="{each.severity}" href="#finding-{place}" title="{escape(each.message)}" style="'
        f"left:{100 * each.second / seconds:.2f}%;"
        f'width:{100 * max(0.0, (each.until or each.second) - each.second) / seconds:.2f}%"></a>'
        for place, each in enumerate(findings)
        if each.second is not None and each.severity != "info"
    ]
    if not marks:
        return ""
    bar = f'<div class="time">{"".join(marks)}</div><div class="ticks">{ticks}</div>'
    return f'<section class="card"><h2>When, in seconds</h2>{bar}</section>'


def _finding(place: int, finding: Finding, pictures: Mapping[str, bytes]) -> str:
    parts = [
        f"<p><strong>{_title(finding)}{_at(finding)}.</strong> {escape(finding.message)}</p>",
        _numbers(finding),
        f'<p class="soft">In the words “{escape(finding.claim)}”.</p>' if finding.claim else "",
        f'<p class="soft">{escape(FIXES[finding.fix])}</p>' if finding.fix else "",
        _img(pictures[finding.image], finding.message) if finding.image in pictures else "",
    ]
    mark = f'<span class="mark {finding.severity}">{MARKS[finding.severity]}</span>'
    return f'<article class="finding" id="finding-{place}">{mark}<div>{"".join(parts)}</div></article>'


def _numbers(finding: Finding) -> str:
    if finding.measured is None or not finding.unit:
        return ""
    slack = f" ± {finding.uncertainty:.2g}" if finding.uncertainty else ""
    told = {
        "allowed": "-" if finding.allowed is None else f"{finding.allowed:.3g}",
        "measured": f"{finding.measured:.3g}{slack}",
    }
    heads = "".join(f"<th>{name}</th>" for name in told)
    cells = "".join(f"<td>{value} {escape(finding.unit)}</td>" for value in told.values())
    return f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"


def _title(finding: Finding) -> str:
    return escape(title_of(finding.rule))


def _at(finding: Finding) -> str:
    return "" if finding.second is None else f" at {finding.second:.1f} s"


def _unread(unread: tuple[str, ...]) -> str:
    rows = "".join(f"<li>{escape(reason)}</li>" for reason in unread)
    return f'<section class="card"><h2>What could not be read or heard</h2><ul>{rows}</ul></section>' if rows else ""


def _everything(observation: dict[str, object]) -> str:
    told = escape(json.dumps(observation, indent=1, ensure_ascii=False))
    return (
        f'<details class="card"><summary>Everything that was seen, read and heard</summary><pre>{told}</pre></details>'
    )


def _img(picture: bytes, words: str, *, kind: str = "jpeg") -> str:
    return f'<img alt="{escape(words)}" src="data:image/{kind};base64,{base64.b64encode(picture).decode()}">'


def _png(photo: Photo) -> bytes:
    """The cut-out that was compared, small enough for a page."""
    box = photo.outline
    crop = photo.rgba[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)]
    image = Image.fromarray(np.ascontiguousarray(crop))
    image.thumbnail((PHOTO_WIDTH, PHOTO_WIDTH))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
