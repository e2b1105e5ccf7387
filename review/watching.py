"""What the pages about videos show: groups, the queue, and everything known about one video."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import Count, Q, QuerySet

from accounts.models import AuditLog
from generation import boards, recall, selectors, trimming
from generation.models import Approval, Cut, Placement, Video
from review.checks.titles import title_of
from review.measured import PASSED, Measured, measured_of
from review.models import Audit, Finding
from review.parts import Part, parts_of
from review.said import SaidLine, said_lines

GROUPS: dict[str, tuple[str, Q]] = {
    "": ("All", Q()),
    "waiting": ("Needs your decision", boards.WAITING),
    "running": ("Running", boards.MAKING),
    "approved": ("Approved", Q(state=Video.State.APPROVED)),
    "live": ("Live", Q(state=Video.State.PUBLISHED)),
    "blocked": ("Rejected", Q(state=Video.State.REJECTED)),
    "failed": ("Could not be made", Q(state=Video.State.FAILED)),
    "stale": ("Out of date", Q(state=Video.State.STALE)),
    "withdrawn": ("Approval withdrawn", Q(state=Video.State.WITHDRAWN)),
    "taken_down": ("Taken down", Q(state=Video.State.TAKEN_DOWN)),
}
"""The filters of the list: key in the address -> words and videos."""


GRAVITY: dict[str, int] = {Audit.State.REJECTED: 0, Audit.State.NEEDS_PERSON: 1}
"""Audits that a person should look at before the others of a video."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """A filter of the list with how many videos it holds."""

    key: str
    words: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A video in the queue and why it waits."""

    tile: boards.Tile
    reason: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Everything the page of one video shows besides its player."""

    is_making: bool
    can_decide: bool
    can_repair: bool
    """Whether the file is refused or in doubt, so that another one may take its place."""
    can_withdraw: bool
    can_trim: bool
    because: str
    """Why it was paused or taken back; "" while it stands."""
    successor: Video | None
    """The one made in its place, while that may still be shown one day."""
    making: boards.Making
    measured: Measured
    photo: "ShownPhoto | None"
    lines: tuple[SaidLine, ...]
    parts: tuple[Part, ...]
    recipe: tuple[tuple[str, Any], ...]
    approvals: tuple[Approval, ...]
    placements: tuple[Placement, ...]
    history: tuple[AuditLog, ...]
    """What people and machines did with it, oldest first, from the log that nobody can change."""


@dataclass(frozen=True, kw_only=True)
class ShownPhoto:
    """The product photo that likeness is judged by: its address, width in pixels, and the outline of the product."""

    url: str
    width: int
    outline: tuple[int, ...]
    is_rendered: bool

    @property
    def box(self) -> str:
        """The outline as JSON: left, top, right, bottom."""
        return json.dumps(self.outline)


def videos() -> QuerySet[Video]:
    """The merchant's videos with what a page needs, newest change first."""
    return selectors.videos_in(*Video.State.values).order_by("-updated")


def videos_shown(group: str) -> QuerySet[Video]:
    """The videos of one filter; an unknown filter shows all."""
    return videos().filter(GROUPS.get(group, GROUPS[""])[1])


def tiles_shown(found: Iterable[Video], group: str) -> list[boards.Tile]:
    """Tiles of these videos; in the group of those that are out of date, each with the reason."""
    tiles = boards.tiles_of(found)
    if group != "stale":
        return tiles
    named = {f"video {tile.video.public_id}": tile for tile in tiles}
    rows = AuditLog.objects.filter(action="mark_stale", subject__in=named).order_by("id")
    reasons = dict(rows.values_list("subject", "reason"))
    return [replace(tile, because=reasons.get(name, "")) for name, tile in named.items()]


def cut_to_show(video: Video, asked: str | None) -> Cut | None:
    """The cut of the format asked for; if none is, the one with the gravest audit, the wide one first."""
    if asked:
        return boards.first_cut(video, asked)
    newest = dict(Audit.objects.filter(cut__video=video).order_by("id").values_list("cut_id", "state"))
    first = boards.first_cut(video)
    return min(video.cuts.all(), key=lambda cut: (GRAVITY.get(newest.get(cut.pk, ""), 2), cut != first), default=None)


def queue() -> QuerySet[Video]:
    """Videos that need a person, longest waiting first."""
    return videos().filter(boards.WAITING).order_by("updated")


def next_waiting(video: Video) -> Video | None:
    """The video that has waited longest for a person, other than this one; None when no other waits."""
    return Video.objects.filter(boards.WAITING).exclude(pk=video.pk).order_by("updated").first()


def groups() -> list[Group]:
    """Every filter that holds a video, and All; one query."""
    counts = Video.objects.aggregate(
        **{key or "all": Count("id", filter=which, distinct=True) for key, (_, which) in GROUPS.items()}
    )
    rows = [Group(key=key, words=words, count=counts[key or "all"]) for key, (words, _) in GROUPS.items()]
    return [row for row in rows if row.count or not row.key]


def entries(found: Iterable[Video]) -> list[Entry]:
    """Queue entries of these videos with why each waits; two queries."""
    rows = boards.tiles_of(found)
    open_findings = Finding.objects.filter(
        audit__cut__video__in=[row.video for row in rows], severity=Finding.Severity.PERSON
    ).values_list("audit__cut__video_id", "message")
    doubts = dict(reversed(list(open_findings)))
    return [Entry(tile=row, reason=doubts.get(row.video.pk, PASSED)) for row in rows]


def top_block() -> str:
    """What blocked most files, in words; "" when nothing did."""
    rows = Finding.objects.filter(severity=Finding.Severity.BLOCK).order_by()
    top = rows.values("rule").annotate(n=Count("audit__cut__video", distinct=True)).order_by("-n", "rule").first()
    return f"most often: {title_of(top['rule']).lower()}" if top else ""


def page_of(video: Video, cut: Cut | None) -> Page:
    """Gather the page of one video, with what was measured in the cut that is shown."""
    return Page(
        is_making=boards.is_being_made(video),
        can_decide=boards.is_waiting(video),
        can_repair=boards.is_waiting(video) or video.state == Video.State.REJECTED,
        can_withdraw=video.state in recall.APPROVED,
        can_trim=video.state in trimming.CUT,
        because=_because(video),
        successor=video.followed_by if video.followed_by and video.followed_by.state not in selectors.SPENT else None,
        making=boards.making_of(video),
        measured=measured_of(video, cut),
        photo=_photo(video.variant.facts),
        lines=said_lines(video.variant.spec),
        parts=parts_of(video),
        recipe=_recipe(video, cut),
        approvals=tuple(Approval.objects.filter(cut__video=video).select_related("cut", "withdrawal")),
        placements=tuple(Placement.objects.filter(cut__video=video).select_related("cut")),
        history=tuple(AuditLog.objects.filter(subject=f"video {video.public_id}").order_by("id")),
    )


def _photo(facts: dict[str, Any]) -> ShownPhoto | None:
    """The packshot of the facts that a video was planned with; None where it has no outline."""
    image = next((row for row in facts.get("images", ()) if row.get("role") == "packshot" and row.get("outline")), None)
    if image is None:
        return None
    return ShownPhoto(
        url=default_storage.url(image["name"]), width=image["width"], outline=tuple(image["outline"]),
        is_rendered=bool(image.get("rendered")),
    )  # fmt: skip


def _because(video: Video) -> str:
    """The reason in the log for which a stale video was paused."""
    if video.state != Video.State.STALE:
        return ""
    entries = AuditLog.objects.filter(action="mark_stale", subject=f"video {video.public_id}")
    return entries.values_list("reason", flat=True).first() or ""


def _recipe(video: Video, cut: Cut | None) -> tuple[tuple[str, Any], ...]:
    """How it was made, so that anybody could make it again; empty rows are left out."""
    spec: dict[str, Any] = video.variant.spec
    shots: Sequence[dict[str, Any]] = spec.get("shots", ())
    machine = sum(video.recipe.get(name, 0.0) for name in ("generate_cpu_seconds", "compose_cpu_seconds"))
    rows = [
        ("Made by", video.recipe.get("made_by", video.engine)),
        ("Machine time", f"{machine:.1f} s" if machine else ""),
        ("Seed", spec.get("seed")),
        ("Cut out", ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spec.get("left_out", ()))),
        ("Scene", ", ".join(shot["scene"] for shot in shots)),
        ("Prompt", " / ".join(shot["prompt"] for shot in shots)),
        ("Facts version", video.variant.facts_version),
        ("File", cut.sha256[:16] if cut else ""),
        ("Left out", "; ".join(video.recipe.get("notes", ()))),
    ]
    return tuple((name, value) for name, value in rows if value not in (None, ""))
