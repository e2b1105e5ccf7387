"""The records that travel through an import: what a reader yields, what a row group becomes, what went wrong."""

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from catalog.facts import Bound, Parameter, Question, SearchTerm, SellingPoint

Severity = Literal["warning", "refused"]


class UnreadableFileError(ValueError):
    """The file as a whole cannot be used. The message names the file, the reason and the way out."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing about one row, in words a merchant can act on."""

    row: int
    reason: str
    column: str = ""
    value: str = ""
    suggestion: str = ""
    severity: Severity = "warning"

    def __str__(self) -> str:
        return f"Row {self.row}: {self.reason}"


@dataclass(frozen=True)
class RawRow:
    """One row as read. `number` is the one a spreadsheet shows (header = 1), or the item's place in JSON and XML."""

    number: int
    values: Mapping[str, Any]
    """Cells by column name as written in the file; blank cells are left out."""
    flaws: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quantity as written in a text. `start` and `end` are positions in it."""

    value: float
    unit: str
    """Any name that Pint knows; "" for a class such as IP68."""
    bound: Bound = "exact"
    lower: float | None = None
    tolerance: float = 0.0
    name: str = ""
    """Canonical name of what is measured, where the words around it say so."""
    text: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, kw_only=True)
class ListedImage:
    """A picture the listing names: a file beside it or inside its ZIP, or an address."""

    name: str
    """File name without folders, percent escapes undone."""
    url: str = ""
    column: str = ""
    role: str = ""
    rendered: bool = False
    width_m: float | None = None
    metres_per_pixel: float | None = None
    pitch_deg: float | None = None
    base_px: tuple[float, float] | None = None
    effect_px: tuple[float, float] | None = None
    rights: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedReview:
    """A buyer's words as listed."""

    key: str
    text: str
    rating: float | None = None
    lang: str = ""
    date: str = ""
    """ISO date or ""."""
    about: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Parameter name -> ``agrees`` or ``contradicts``, where the file says so itself."""
    refund_reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ListedProduct:
    """What one row group says about one product; fields it does not mention are empty."""

    sku: str
    title: str = ""
    titles: Mapping[str, str] = dataclasses.field(default_factory=dict)
    brand: str = ""
    category: str = ""
    locale: str = ""
    description: str = ""
    price_minor: int | None = None
    currency: str = ""
    link: str = ""
    audience_tags: tuple[str, ...] = ()
    scene_tags: tuple[str, ...] = ()
    in_the_box: tuple[str, ...] = ()
    effect_kind: str = "none"
    effect_cap_parameter: str = ""
    attributes: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    selling_points: tuple[SellingPoint, ...] = ()
    reviews: tuple[ListedReview, ...] = ()
    questions: tuple[Question, ...] = ()
    search_terms: tuple[SearchTerm, ...] = ()
    images: tuple[ListedImage, ...] = ()
    offers: tuple[Mapping[str, Any], ...] = dataclasses.field(default=(), repr=False)
    """What is sold under this product: see `catalog.ingest.offers`."""
    cleared: tuple[str, ...] = ()
    """Fields and parameters whose cell says ``[clear]``: what is stored goes. A blank cell keeps it."""

    def content_hash(self) -> str:
        """SHA-256 of everything above: the same row group twice changes nothing."""
        said = f"{self!r}{self.offers or ''}"
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Reading:
    """A row group after reading: the product, or the reasons why there is none. Every row has exactly one verdict."""

    rows: tuple[int, ...]
    product: ListedProduct | None
    problems: tuple[Problem, ...] = ()
    cells: tuple[Mapping[str, Any], ...] = ()
    """The rows as read, kept so that refused ones can be handed back."""

    @property
    def refused(self) -> int:
        """Rows that cannot be used: all of the group or none."""
        return len(self.rows) if self.product is None else 0

    @property
    def warned(self) -> int:
        """Rows that are used although something about them was said."""
        return 0 if self.product is None else len({problem.row for problem in self.problems} & set(self.rows))

    @property
    def ready(self) -> int:
        """Rows without a remark."""
        return len(self.rows) - self.refused - self.warned
