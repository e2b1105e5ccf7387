"""An import's file, opened and judged: readings with what the catalog and the pictures beside the list add to them."""

import itertools
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from accounts import tenancy
from catalog import facts, selectors
from catalog.ingest import archives, choices, dialects, images, quantities, readers, rows, specifications
from catalog.ingest.dialects import ColumnMap
from catalog.ingest.readers import Table
from catalog.ingest.records import ListedImage, ListedProduct, Problem, Reading
from catalog.models import Image, Import, Parameter, Product
from catalog.pictures import PictureFolder

CHUNK = 1000
"""Row groups a transaction: large enough for bulk statements, small enough to lose little."""


@dataclass
class Source:
    """An import's file, opened. The first whole pass keeps its readings on disk; later passes read those."""

    table: Table
    columns: ColumnMap
    folder: PictureFolder
    kept: Path
    is_kept: bool = False

    def chunks(self, *, skip: int = 0) -> Iterator[list[Reading]]:
        """Readings in chunks; `skip` rows from the start are left out, whole groups at a time."""
        iterator = itertools.chain.from_iterable(self._blocks())
        passed = 0
        while passed < skip:
            reading = next(iterator, None)
            if reading is None:
                return
            passed += len(reading.rows)
        while chunk := list(itertools.islice(iterator, CHUNK)):
            yield chunk

    def _blocks(self) -> Iterator[list[Reading]]:
        if self.is_kept:
            with self.kept.open("rb") as file:
                while size := file.read(8):
                    yield pickle.loads(file.read(int.from_bytes(size)))  # noqa: S301  # what `_blocks` wrote itself
            return
        readings = rows.readings(self.table.open_rows(), self.columns)
        with self.kept.open("wb") as file:
            while block := list(itertools.islice(readings, CHUNK)):
                content = pickle.dumps(block, pickle.HIGHEST_PROTOCOL)
                file.write(len(content).to_bytes(8) + content)
                yield block
        self.is_kept = True


@contextmanager
def opened(batch: Import, images: Path | None) -> Iterator[Source]:
    """The import's file on local disk, unpacked if it is a ZIP, with its dialect. Raises UnreadableFileError."""
    with _unpacked(batch, images) as (table, folder, home):
        yield Source(table, _understood(batch, table), PictureFolder(folder), kept=home / "readings")


def columns_of(batch: Import) -> list[str]:
    """The columns of the import's file, whether they are understood or not. Raises UnreadableFileError."""
    with _unpacked(batch, None) as (table, _, _):
        return list(table.columns)


@contextmanager
def _unpacked(batch: Import, images: Path | None) -> Iterator[tuple[Table, Path | None, Path]]:
    """The table, the folder with its pictures, and a folder for the time being."""
    with tempfile.TemporaryDirectory(prefix="vitrine-import-") as name:
        folder = Path(name) / "upload"
        folder.mkdir()
        path = folder / _file_name(batch.name)
        with batch.file.open("rb") as stored, path.open("wb") as target:
            for block in stored.chunks(1 << 20):
                target.write(block)
        if archives.is_archive(path):
            unpacked = Path(name) / "unpacked"
            unpacked.mkdir()
            path, images = archives.unpack(path, unpacked, name=batch.name), images or unpacked
        yield readers.open_table(path, name=path.name, known=dialects.known_columns()), images, Path(name)


def _understood(batch: Import, table: Table) -> ColumnMap:
    """What the columns mean, by name and by what the merchant decided; noted on the import, understood or not."""
    meant = [[column, ""] for column in table.columns]
    try:
        columns = choices.detect(
            table.columns, name=table.name, choices=selectors.choices_for(batch.merchant_id, table.columns)
        )
        meant = [[column, choices.meaning_of(column, columns)] for column in table.columns]
        return columns
    finally:
        if batch.columns != meant:
            batch.columns = meant
            with tenancy.merchant_context(batch.merchant_id):
                Import.objects.filter(pk=batch.pk).update(columns=meant)


def _file_name(name: str) -> str:
    """The merchant's own name for the file, which messages repeat, as far as a file system takes it."""
    plain = name.replace("\\", "/").rpartition("/")[2].replace("\0", "")
    short = plain.encode("utf-8", "replace")[-200:].decode("utf-8", "ignore")
    return short if short.strip(". ") else "upload"


def with_known(batch: Import, chunk: list[Reading], listed: set[str]) -> list[Reading]:
    """Additions (reviews, pictures, further rows) refused where their product exists neither here nor in the file."""
    listed.update(reading.product.sku for reading in chunk if reading.product and reading.product.title)
    wanted = {reading.product.sku for reading in chunk if reading.product and not reading.product.title} - listed
    if not wanted:
        return chunk
    with tenancy.merchant_context(batch.merchant_id):
        known = set(Product.objects.filter(sku__in=wanted).values_list("sku", flat=True)) | listed
    return [
        reading if not reading.product or reading.product.title or reading.product.sku in known else _unknown(reading)
        for reading in chunk
    ]


def _unknown(reading: Reading) -> Reading:
    sku = reading.product.sku if reading.product else ""
    problem = Problem(
        row=reading.rows[0],
        column="sku",
        value=sku,
        reason=f"No product has the SKU '{sku}'.",
        suggestion="Import the product list first, then this file again.",
        severity="refused",
    )
    return replace(reading, product=None, problems=(*reading.problems, problem))


def with_disagreements(batch: Import, chunk: list[Reading]) -> list[Reading]:
    """Warnings where the list says another quantity than a person entered by hand, which stays."""
    skus = {reading.product.sku for reading in chunk if reading.product and reading.product.parameters}
    with tenancy.merchant_context(batch.merchant_id):
        entered = Parameter.objects.filter(by_hand=True, product__sku__in=skus).select_related("product")
        hand = {(row.product.sku, row.name): selectors.parameter(row) for row in entered}
    return [_compared(reading, hand) for reading in chunk] if hand else chunk


def _compared(reading: Reading, hand: dict[tuple[str, str], facts.Parameter]) -> Reading:
    notes = []
    for row in reading.product.parameters if reading.product else ():
        entered = hand.get((reading.product.sku if reading.product else "", row.name))
        if entered is not None and not quantities.same(entered, row):
            said, kept = specifications.written(row), specifications.written(entered)
            reason = f"The list says {row.name} {said}, but {kept} was {entered.source}."
            suggestion = f"{kept} stays. Correct the list, or the value on the product's page."
            notes.append(
                Problem(row=reading.rows[0], column=row.source, value=said, reason=reason, suggestion=suggestion)
            )
    return replace(reading, problems=(*reading.problems, *notes)) if notes else reading


def with_picture_notes(reading: Reading, folder: PictureFolder) -> Reading:
    """Warnings about listed pictures that are absent or unreadable; addresses are tried once the rows are stored."""
    if reading.product is None:
        return reading
    row, notes = reading.rows[0], []
    for listed in reading.product.images:
        path = folder.find(listed)
        if path is not None:
            notes += _judge_picture(row, path, listed)
        elif not listed.url:
            notes.append(
                _picture_note(
                    row,
                    listed,
                    f"Picture '{listed.name}' is not beside the list.",
                    "Upload a ZIP with the list and its pictures, or name the folder with --images.",
                )
            )
    return replace(reading, problems=(*reading.problems, *notes)) if notes else reading


def _judge_picture(row: int, path: Path, listed: ListedImage) -> list[Problem]:
    try:
        photo = images.read(path, name=listed.name)
    except images.ImageError as error:
        return [_picture_note(row, listed, str(error), "The product is imported without this picture.")]
    return [
        _picture_note(row, listed, f"Picture '{listed.name}': {remark}", "Upload a better photo if there is one.")
        for remark in photo.quality.remarks
    ]


def _picture_note(row: int, listed: ListedImage, reason: str, suggestion: str) -> Problem:
    return Problem(row=row, column=listed.column, value=listed.name[:500], reason=reason[:300], suggestion=suggestion)


def pictures_to_fetch(
    batch: Import, chunk: list[Reading], folder: PictureFolder
) -> list[tuple[Reading, int, ListedImage]]:
    """Readings with the pictures that are only addresses and have no image yet."""
    wanted = [
        (reading, position, image)
        for reading in chunk
        if reading.product is not None
        for position, image in enumerate(reading.product.images)
        if image.url and folder.find(image) is None
    ]
    with tenancy.merchant_context(batch.merchant_id):
        urls = Image.objects.filter(source_url__in=[image.url for _, _, image in wanted])
        stored = set(urls.values_list("product__sku", "source_url"))
    return [row for row in wanted if row[0].product and (row[0].product.sku, row[2].url) not in stored]


def not_at_hand(listed: Sequence[ListedProduct], folder: PictureFolder) -> dict[str, list[str]]:
    """By SKU the pictures that are named but not beside the list, to be fetched or uploaded later."""
    named: dict[str, dict[str, None]] = {}
    for row in listed:
        missing = (image.url or image.name for image in row.images if folder.find(image) is None)
        named.setdefault(row.sku, {}).update(dict.fromkeys(missing))
    return {sku: list(pictures) for sku, pictures in named.items()}
