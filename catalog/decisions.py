"""What a merchant decides about a kind of file, or takes back, and the file that waits for it: it is checked again."""

from accounts import tenancy
from catalog import feeds, services
from catalog.ingest.choices import Choices
from catalog.models import Import


def decide(*, batch: Import, chosen: Choices) -> bool:
    """Remember what the merchant decided about files like this one, and have it checked again. False when rows of it
    are stored already; what was decided then holds for the next file. Raises `choices.ChoiceError`."""
    feeds.decide(merchant=batch.merchant, columns=_columns(batch), chosen=chosen)
    return _again(batch)


def forget(*, batch: Import) -> bool:
    """Read files like this one by their columns' names again, and have it checked again. False as in `decide`."""
    feeds.forget(merchant=batch.merchant, columns=_columns(batch))
    return _again(batch)


def _columns(batch: Import) -> list[str]:
    return [column for column, _ in batch.columns]


def _again(batch: Import) -> bool:
    with tenancy.merchant_context(batch.merchant_id):
        unstored = Import.objects.filter(pk=batch.pk, state__in=[Import.State.CHECKED, Import.State.FAILED])
        again = unstored.filter(done=0, added=0).exclude(columns=[])
        moved = again.update(state=Import.State.RECEIVED, error="", finished=None, outlook={})
        batch.refresh_from_db()
    if moved:
        services.check_later(batch)
    return bool(moved)
