"""What the catalog tells the merchant's own systems (`accounts.webhooks`)."""

from collections.abc import Sequence

from accounts import webhooks
from catalog.models import Import, Product

AT_ONCE = 500
"""Products named in one event; more of them make more events."""


def import_finished(batch: Import) -> None:
    """An import is done or failed; runs in the transaction that says so."""
    counts = {name: getattr(batch, name) for name in ("rows", "ready", "warned", "refused", "added", "changed", "same")}
    data = {"import": str(batch.public_id), "name": batch.name, "state": batch.state, "error": batch.error, **counts}
    webhooks.announce(merchant_id=batch.merchant_id, event="import.finished", data=data)


def facts_changed(merchant_id: int, product_ids: Sequence[int], because: str) -> None:
    """What is true about these products changed; runs in the transaction that changed it."""
    if not webhooks.wanted(merchant_id, "product.facts_changed"):
        return
    for start in range(0, len(product_ids), AT_ONCE):
        rows = Product.objects.filter(pk__in=product_ids[start : start + AT_ONCE]).values_list("sku", "public_id")
        products = [{"sku": sku, "product": str(public_id)} for sku, public_id in rows]
        webhooks.announce(
            merchant_id=merchant_id, event="product.facts_changed", data={"because": because, "products": products}
        )
