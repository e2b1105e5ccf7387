"""What generation does when the catalog changes."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from catalog.models import Product
from catalog.signals import facts_changed
from generation import services


@receiver(facts_changed, sender=Product)
def pause_outdated_videos(sender: type[Product], *, product_ids: Sequence[int], because: str, **_: Any) -> None:
    """Nothing stays live that promises what the specification no longer says."""
    services.mark_stale(product_ids=product_ids, because=because)
