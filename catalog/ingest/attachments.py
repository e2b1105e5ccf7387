"""What hangs on a listed product: selling points, reviews, questions, search terms and pictures."""

import datetime
import hashlib
import re
import urllib.parse
from collections.abc import Iterator
from typing import Any

from catalog.facts import Question, SearchTerm, SellingPoint
from catalog.ingest import plain_text, quantities
from catalog.ingest.cells import Cell, Group, entries
from catalog.ingest.records import ListedImage, ListedReview

TEXT_LIMIT = 20_000
MOST_DETAILS = 30
"""Pictures taken from a description."""
_NOT_PATH = re.compile(r"^\w+://[^/?#]*|[?#].*", re.DOTALL)
"""`urlparse` raises for addresses such as http://[::1, which may stand in any cell."""
_URL_SPLIT = re.compile(r"[,;|\s]+(?=https?://)|[,;|\n]\s*")


def selling_points(group: Group, listed: tuple[str, ...], locale: str) -> tuple[SellingPoint, ...]:
    rows: list[Any] = [item for cell in group.cells("bullets") for item in entries(cell.value)] or list(listed)
    points = []
    for index, row in enumerate(rows[:20], start=1):
        if isinstance(row, dict):
            text, spoken = _texts(row.get("text"), locale), _texts(row.get("spoken"), locale)
            evidence = tuple(str(key) for key in row.get("evidence", ()))
            points.append(
                SellingPoint(id=str(row.get("id") or f"sp-{index}")[:80], text=text, evidence=evidence, spoken=spoken)
            )
        elif str(row).strip():
            text_plain = plain_text.from_html(str(row))[0][:300]
            names = dict.fromkeys(
                f"par-{quantity.name}"
                for quantity in quantities.find(text_plain, locale=locale or "en")
                if quantity.name
            )
            points.append(SellingPoint(id=f"sp-{index}", text={locale or "en-US": text_plain}, evidence=tuple(names)))
    return tuple(points)


def _texts(value: Any, locale: str) -> dict[str, str]:
    if isinstance(value, dict):
        return {str(key): str(text) for key, text in value.items() if text}
    return {locale or "en-US": str(value)} if value else {}


def reviews(value: Any) -> tuple[ListedReview, ...]:
    return tuple(review for item in entries(value or []) if (review := _review(item)))


def _review(item: Any) -> ListedReview | None:
    row = item if isinstance(item, dict) else {"text": item}
    text = plain_text.from_html(str(row.get("text") or ""))[0][:TEXT_LIMIT]
    if not text:
        return None
    rating = row.get("rating")
    about = row.get("about") if isinstance(row.get("about"), dict) else {}
    return ListedReview(
        key=str(row.get("id") or _key("rev", text))[:80],
        text=text,
        rating=_rating(rating),
        lang=str(row.get("lang") or "")[:12],
        date=_date(row.get("date")),
        about={str(k).removeprefix("par-"): str(v) for k, v in (about or {}).items()},
        refund_reason=str(row.get("refund_reason") or "")[:80],
    )


def _rating(value: Any) -> float | None:
    try:
        rating = float(str(value).replace(",", "."))
    except ValueError:
        return None
    return rating if 0 <= rating <= 100 else None


def _date(value: Any) -> str:
    try:
        return datetime.date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        return ""


def questions(value: Any) -> tuple[Question, ...]:
    rows = [item for item in entries(value or []) if isinstance(item, dict) and item.get("question")]
    return tuple(
        Question(
            id=str(row.get("id") or _key("qa", str(row["question"])))[:80],
            question=str(row["question"]),
            answer=str(row.get("answer") or ""),
        )
        for row in rows
    )


def terms(value: Any) -> tuple[SearchTerm, ...]:
    rows = [item if isinstance(item, dict) else {"term": item} for item in entries(value or [])]
    unique = {str(row["term"]).strip()[:200]: row for row in rows if str(row.get("term") or "").strip()}
    return tuple(
        SearchTerm(term=term, impressions=_count(row.get("impressions")), clicks=_count(row.get("clicks")))
        for term, row in unique.items()
    )


def _count(value: Any) -> int:
    digits = re.sub(r"\D", "", str(value or ""))
    return min(int(digits or 0), 2**53)


def _key(prefix: str, text: str) -> str:
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def images(group: Group) -> tuple[ListedImage, ...]:
    found: dict[str, ListedImage] = {}
    for cell in group.cells("images"):
        parts = cell.value if isinstance(cell.value, list) else [cell.value]
        for part in parts:
            for image in (
                [_image_record(cell, part)] if isinstance(part, dict) else _image_texts(group, cell, str(part))
            ):
                found.setdefault(image.url or image.name, image)
    for cell in group.cells("description"):
        for url in plain_text.pictures(cell.text)[:MOST_DETAILS]:
            found.setdefault(url, _from_address(url, cell.column, role="detail"))
    return tuple(found.values())


def _image_texts(group: Group, cell: Cell, text: str) -> Iterator[ListedImage]:
    parts = entries(text) if text.startswith("[") else _URL_SPLIT.split(text)
    for part in (str(part).strip() for part in parts):
        if "drive.google.com" in part or "dropbox.com/s" in part:
            group.warn(
                Cell(cell.row, cell.column, part),
                "The link is a share page, not a picture.",
                "Use the address of the picture itself.",
            )
        elif part:
            yield _from_address(part, cell.column)


def _from_address(part: str, column: str, *, role: str = "") -> ListedImage:
    url = part if part.startswith(("http://", "https://")) else ""
    path = _NOT_PATH.sub("", part) if url else part
    name = urllib.parse.unquote(path).replace("\\", "/").rpartition("/")[2]
    return ListedImage(name=name[:200] or "picture", url=url[:1000], column=column, role=role)


def _image_record(cell: Cell, row: dict[str, Any]) -> ListedImage:
    reference = str(row.get("file") or row.get("name") or row.get("url") or row.get("src") or "")
    anchor = row.get("anchor_px") if isinstance(row.get("anchor_px"), dict) else {}
    return ListedImage(
        name=urllib.parse.unquote(reference).replace("\\", "/").rpartition("/")[2][:200],
        url=reference[:1000] if "://" in reference else "",
        column=cell.column,
        role=str(row.get("role") or ""),
        rendered=bool(row.get("rendered", False)),
        width_m=_positive(row.get("width_m")),
        metres_per_pixel=_positive(row.get("metres_per_pixel")),
        pitch_deg=_number(row.get("camera_pitch_deg")),
        base_px=_point(row.get("base_px")),
        effect_px=_point(row.get("effect_px") or (anchor or {}).get("effect")),
        rights=str(row.get("rights") or "")[:200],
    )


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number and number > 0 else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9
    return float(value) if is_number else None


def _point(value: Any) -> tuple[float, float] | None:
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(part, int | float) for part in value):
        return float(value[0]), float(value[1])
    return None
