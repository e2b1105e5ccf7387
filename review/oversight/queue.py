"""What is live on the whole platform, the riskiest first, and the appeals that wait for another operator.

Both lists come from definer functions of the database (`review/migrations/0004_oversight.py`) that answer only while
the session's user is an operator, and that give away nothing but these columns.
"""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection

WEIGHTS = {"unmeasured": 3.0, "refunds": 2.0, "complaints": 1.0, "stricter": 1.5, "history": 1.0}
"""What each signal adds to a video's risk. Nobody measured the video: gravest. Refunds cost buyers, reviews warn."""
MOST = 200
"""Videos that the queue shows; the rest is less risky than these."""


@dataclass(frozen=True, kw_only=True)
class LiveVideo:
    """A video that shoppers can see, with the signals its risk is made of."""

    merchant: UUID
    shop: str
    video: UUID
    product: str
    locale: str
    poster: str
    since: datetime
    unmeasured: int
    """Rules that could not measure the files, where a person's word let it pass."""
    refunds: int
    """Evidence rows of refunds "not as described" of its product."""
    complaints: int
    """Reviews and answers that contradict the product's specification."""
    stricter: int
    """Claims of this video that the audit held to a stricter measure because buyers contradict them."""
    history: int
    """Takedowns of this shop that stand."""
    risk: float

    @property
    def picture(self) -> str:
        """Address of its still; "" where it has none."""
        return default_storage.url(self.poster) if self.poster else ""

    @property
    def reasons(self) -> tuple[str, ...]:
        """What makes it risky, in words, the heaviest first."""
        told = sorted(_SAID, key=lambda name: -WEIGHTS[name] * getattr(self, name))
        return tuple(_words(name, count) for name in told if (count := getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class OpenAppeal:
    """An appeal nobody has ruled on."""

    merchant: UUID
    shop: str
    video: UUID
    product: str
    rule: str
    taken_down_by: str
    operator: int
    """The user who took it down, and may not rule."""
    reason: str
    appealed: datetime


_SAID = {
    "unmeasured": ("1 thing could not be measured", "{} things could not be measured"),
    "refunds": ("1 refund, not as described", "{} refunds, not as described"),
    "complaints": ("1 buyer contradicts the specification", "{} buyers contradict the specification"),
    "stricter": ("1 claim that buyers contradict", "{} claims that buyers contradict"),
    "history": ("this shop had 1 takedown", "this shop had {} takedowns"),
}


def live_videos() -> list[LiveVideo]:
    """The riskiest live videos of all merchants; nothing at all unless the session's user is an operator."""
    columns = ", ".join(field.name for field in fields(LiveVideo))
    weights = [WEIGHTS[name] for name in ("unmeasured", "refunds", "complaints", "stricter", "history")]
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {columns} from live_videos_by_risk(%s, %s, %s, %s, %s, %s)",  # noqa: S608  # names of our record
            [*weights, MOST],
        )
        return [LiveVideo(**dict(zip((field.name for field in fields(LiveVideo)), row, strict=True))) for row in cursor]


def open_appeals() -> list[OpenAppeal]:
    """Appeals that wait, oldest first; nothing at all unless the session's user is an operator."""
    names = [field.name for field in fields(OpenAppeal)]
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(names)} from open_appeals()")  # noqa: S608  # names of our record
        return [OpenAppeal(**dict(zip(names, row, strict=True))) for row in cursor]


def _words(name: str, count: int) -> str:
    one, many = _SAID[name]
    return one if count == 1 else many.format(count)
