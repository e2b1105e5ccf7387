"""What generation does when the catalog changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.dispatch import receiver

from catalog import facts
from catalog.models import Consent, Product
from catalog.signals import facts_changed
from generation import recall
from generation.models import Video


@receiver(facts_changed, sender=Product)
def pause_outdated_videos(sender: type[Product], *, product_ids: Sequence[int], because: str, **_: Any) -> list[Video]:
    """Nothing stays live that promises what the specification no longer says."""
    return recall.mark_stale(product_ids=product_ids, because=because)


@receiver(facts_changed, sender=Consent)
def recall_videos(
    sender: type[Consent], *, consents: Mapping[int, facts.Consent], because: str, **_: Any
) -> list[Video]:
    """Nothing stays live that was built on a consent that ended."""
    return recall.end_consents(consents=consents, because=because)
