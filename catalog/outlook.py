"""What an import would do to the catalog, before anything is stored: new, changed, same, missing, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts import tenancy
from catalog import selectors
from catalog.ingest import quantities, specifications
from catalog.ingest.records import ListedProduct
from catalog.models import Import, Product

CHANGES = 200
"""Field changes that are kept for the page; the counts go on beyond it."""
FIELDS = ("title", "brand", "category", "description", "price_minor", "currency", "link")


@dataclass
class Outlook:
    """Counts of products, and the first changes: sku, field, before, after."""

    new: int = 0
    changed: int = 0
    same: int = 0
    without_currency: int = 0
    """Products with a price of which nobody knows the currency."""
    changes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, batch: Import, listed: Sequence[ListedProduct]) -> None:
        """Compare a chunk with what is stored."""
        whole = {row.sku: row for row in listed if row.title}
        self.without_currency += sum(1 for row in whole.values() if row.price_minor and not row.currency)
        with tenancy.merchant_context(batch.merchant_id):
            stored = Product.objects.filter(sku__in=whole)
            hashes = dict(stored.values_list("sku", "content_hash"))
            differing = [sku for sku, known in hashes.items() if known != whole[sku].content_hash()]
            self.new += len(whole) - len(hashes)
            self.changed += len(differing)
            self.same += len(hashes) - len(differing)
            room = CHANGES - len(self.changes)
            if differing and room > 0:
                for product in stored.filter(sku__in=differing[:room]).prefetch_related("parameters"):
                    self.changes += _changes(product, whole[product.sku])
        del self.changes[CHANGES:]

    def summary(self, batch: Import, *, is_whole_list: bool) -> dict[str, Any]:
        """For `Import.outlook`. Products that a list of products does not name are missing in it."""
        counts: dict[str, Any] = {"new": self.new, "changed": self.changed, "same": self.same, "changes": self.changes}
        counts["without_currency"] = self.without_currency
        if not is_whole_list:
            return counts
        with tenancy.merchant_context(batch.merchant_id):
            return counts | {"missing": Product.objects.count() - self.changed - self.same}


def _changes(product: Product, row: ListedProduct) -> Iterator[dict[str, Any]]:
    """A blank field keeps what is stored, so it is no change."""
    for name in FIELDS:
        before, after = getattr(product, name), getattr(row, name)
        if after not in (None, "") and before != after:
            yield {"sku": row.sku, "field": name, "before": _short(before), "after": _short(after)}
    known = {item.name: item for item in product.parameters.all()}
    for item in row.parameters:
        stored = known.pop(item.name, None)
        before = selectors.parameter(stored) if stored else None
        if before is None or not quantities.same(before, item):
            words = specifications.written(before) if before else ""
            yield {"sku": row.sku, "field": item.name, "before": words, "after": specifications.written(item)}
    for name, gone in known.items():
        if row.parameters and not gone.by_hand:
            before = specifications.written(selectors.parameter(gone))
            yield {"sku": row.sku, "field": name, "before": before, "after": ""}


def _short(value: Any) -> Any:
    return value[:200] if isinstance(value, str) else value
