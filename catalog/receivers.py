"""What the catalog does when it has changed: tell the merchant's own systems."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from accounts import tenancy
from catalog import telling
from catalog.signals import facts_changed


@receiver(facts_changed)
def tell_webhooks(*, product_ids: Sequence[int], because: str, **_: Any) -> None:
    """Whoever changed them, in the same transaction."""
    merchant_id = tenancy.current_merchant_id()
    if merchant_id is not None:
        telling.facts_changed(merchant_id, list(product_ids), because)
