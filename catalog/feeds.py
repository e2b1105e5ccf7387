"""Files that come again: fetched from their address, and read the way the merchant decided for files of that kind."""

import tempfile
import urllib.parse
from pathlib import Path

from django.core.files import File

from accounts import tenancy
from accounts.models import Merchant
from catalog.ingest import choices
from catalog.ingest.choices import Choices
from catalog.ingest.fetch import FEED_BYTES, FEED_SECONDS, Fetcher, FetchError
from catalog.ingest.records import UnreadableFileError
from catalog.models import FeedSource, Import


def keep_address(*, merchant: Merchant, url: str) -> Import:
    """A received import whose file is fetched when it is checked."""
    name = urllib.parse.unquote(urllib.parse.urlsplit(url).path).rpartition("/")[2] or "feed"
    with tenancy.merchant_context(merchant.pk):
        return Import.objects.create(merchant=merchant, name=name[-300:], source_url=url)


def bring(batch: Import, fetcher: Fetcher | None = None) -> None:
    """Fetch the file of an import that has only an address. Raises UnreadableFileError with the reason."""
    if batch.file or not batch.source_url:
        return
    asked = fetcher or Fetcher(byte_limit=FEED_BYTES, seconds=FEED_SECONDS, accept="*/*")
    with tempfile.TemporaryDirectory(prefix="vitrine-feed-") as folder:
        path = Path(folder) / "feed"
        try:
            asked.fetch(batch.source_url, path)
        except FetchError as error:
            raise UnreadableFileError(str(error)) from error
        with path.open("rb") as file, tenancy.merchant_context(batch.merchant_id):
            batch.file.save(batch.name[-80:], File(file), save=False)
            Import.objects.filter(pk=batch.pk).update(file=batch.file.name)


def decide(*, merchant: Merchant, columns: list[str], chosen: Choices) -> Choices:
    """Remember what the columns of such files mean, over what was decided before. Raises choices.ChoiceError."""
    wanted = choices.checked(chosen, columns)
    with tenancy.merchant_context(merchant.pk):
        row, _ = FeedSource.objects.select_for_update().get_or_create(
            merchant=merchant, signature=choices.signature(columns)
        )
        row.columns |= wanted.columns
        row.units |= wanted.units
        row.currency = wanted.currency or row.currency
        row.save()
    return Choices(columns=row.columns, currency=row.currency, units=row.units)


def forget(*, merchant: Merchant, columns: list[str]) -> bool:
    """Read such files by their columns' names again; False when nothing was decided about them."""
    with tenancy.merchant_context(merchant.pk):
        deleted, _ = FeedSource.objects.filter(signature=choices.signature(columns)).delete()
    return bool(deleted)
