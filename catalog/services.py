"""Writing the catalog: a merchant's file checked, then stored, in states that a crash cannot confuse.

received -> checked -> running -> done | failed. The check writes every problem and nothing else; the run goes on at
`Import.done`, so that running it twice, or again after a crash, ends with the same rows.
"""

import itertools
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from celery import current_app
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from catalog import pictures, upserts
from catalog.ingest import archives, dialects, images, readers, rows
from catalog.ingest.dialects import ColumnMap
from catalog.ingest.readers import Table
from catalog.ingest.records import ListedImage, ListedProduct, Problem, Reading, UnreadableFileError
from catalog.models import Image, Import, ImportProblem, Product
from catalog.pictures import PictureFolder
from catalog.signals import facts_changed

DEMO = Path(__file__).resolve().parent / "demo"
CHUNK = 500
"""Row groups a transaction: large enough for bulk statements, small enough to lose little."""
PROBLEM_LIMIT = 100_000
"""Problems kept of one import; the counts go on beyond it."""

Progress = Callable[[str, int, int], None]
"""Stage ("check", "store", "pictures"), rows done, rows in all (0 while unknown)."""


class ImportStopped(RuntimeError):
    """Another process runs this import; the message says so."""


@dataclass(frozen=True)
class _Source:
    """An import's file, opened."""

    table: Table
    columns: ColumnMap
    folder: PictureFolder

    def chunks(self, *, skip: int = 0) -> Iterator[list[Reading]]:
        """Readings in chunks; `skip` rows from the start are left out, whole groups at a time."""
        iterator = rows.readings(self.table.open_rows(), self.columns)
        passed = 0
        while passed < skip:
            reading = next(iterator, None)
            if reading is None:
                return
            passed += len(reading.rows)
        while chunk := list(itertools.islice(iterator, CHUNK)):
            yield chunk


def import_file(
    *, merchant: Merchant, file: Any, name: str, images: Path | None = None, progress: Progress | None = None
) -> Import:
    """Receive, check and store a file in this process. A file that was not understood ends `failed` with its reason."""
    batch = keep(merchant=merchant, file=file, name=name)
    batch = check_import(batch=batch, images=images, progress=progress)
    return batch if batch.state == Import.State.FAILED else run_import(batch=batch, images=images, progress=progress)


def keep(*, merchant: Merchant, file: Any, name: str) -> Import:
    """Put a file into storage as a received import; nothing is read yet."""
    stored = file if isinstance(file, File) else File(file)
    batch = Import(merchant=merchant, name=Path(name).name[:300])
    with tenancy.merchant_context(merchant.pk):
        batch.file.save(Path(name).name[-80:] or "upload", stored, save=False)
        batch.save()
    return batch


def receive(*, merchant: Merchant, file: Any) -> Import:
    """Keep an uploaded file and have a worker check it once the request has ended well."""
    batch = keep(merchant=merchant, file=file, name=getattr(file, "name", "") or "upload")
    _enqueue("catalog.tasks.check_batch", batch)
    return batch


def confirm(*, batch: Import) -> bool:
    """Have a worker store what was checked; False when that was asked before."""
    claimed = Import.objects.filter(pk=batch.pk, state=Import.State.CHECKED).update(state=Import.State.RUNNING)
    if claimed:
        _enqueue("catalog.tasks.import_batch", batch)
    return bool(claimed)


def check_import(*, batch: Import, images: Path | None = None, progress: Progress | None = None) -> Import:
    """Dry run: recognise the file, judge every row, keep every problem. `rows` = `ready` + `warned` + `refused`."""
    try:
        with _opened(batch, images) as source:
            counts, problems = _judge_all(batch, source, progress)
    except UnreadableFileError as error:
        return _move(batch, Import.State.FAILED, error=str(error), finished=timezone.now())
    detected = f"{source.columns.dialect.label}, {source.table.format}"[:200]
    with tenancy.merchant_context(batch.merchant_id):
        ImportProblem.objects.filter(batch=batch).delete()
        ImportProblem.objects.bulk_create((_problem_row(batch, problem) for problem in problems), batch_size=2000)
        return _move(batch, Import.State.CHECKED, dialect=source.columns.dialect.name, detected=detected, **counts)


def run_import(*, batch: Import, images: Path | None = None, progress: Progress | None = None) -> Import:
    """Store what the check found ready or warned, then its pictures. Goes on at `done` after a crash."""
    with tenancy.merchant_context(batch.merchant_id):
        startable = [Import.State.CHECKED, Import.State.RUNNING]
        if not Import.objects.filter(pk=batch.pk, state__in=startable).update(state=Import.State.RUNNING):
            batch.refresh_from_db()
            raise ImportStopped(f"Import {batch.name} is {batch.state}; only a checked or interrupted one can run.")
        batch.refresh_from_db()
    with _opened(batch, images) as source:
        for chunk in source.chunks(skip=batch.done):
            _store_chunk(batch, chunk, source)
            _tell(progress, "store", batch.done, batch.rows)
        attached = _attach_all(batch, source, progress) if len(source.folder) else 0
    return _move(batch, Import.State.DONE, finished=timezone.now(), pictures=F("pictures") + attached)


def attach_image(*, product: Product, path: Path, listed: ListedImage | None = None) -> Image:
    """Store one photo of a product with its cut-out; the same content again gives the row that exists.

    Raises `catalog.ingest.images.ImageError` with a merchant's words.
    """
    position = product.images.count()
    return pictures.attach(product, path, listed=listed or ListedImage(name=path.name), position=position).image


def refused_rows(batch: Import) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and cells of every row that was refused, read again from the file."""
    with _opened(batch, None) as source:
        for chunk in source.chunks():
            for reading in _with_known(batch, chunk, set()):
                if reading.product is None:
                    yield from zip(reading.rows, (dict(cells) for cells in reading.cells), strict=True)


def load_demo(*, merchant: Merchant, progress: Progress | None = None) -> Import:
    """Load our own demo catalog through the same path as any merchant's file; loading it again changes nothing."""
    with (DEMO / "products.jsonl").open("rb") as file:
        batch = import_file(
            merchant=merchant, file=file, name="products.jsonl", images=DEMO / "photos", progress=progress
        )
    if batch.state == Import.State.FAILED:
        raise UnreadableFileError(batch.error)
    return batch


def _enqueue(task: str, batch: Import) -> None:
    """By name, because tasks stand above services; after the commit, because a worker must find the row."""
    transaction.on_commit(partial(current_app.send_task, task, args=[batch.merchant_id, batch.pk]))


@contextmanager
def _opened(batch: Import, images: Path | None) -> Iterator[_Source]:
    """The import's file on local disk, unpacked if it is a ZIP, with its dialect. Raises UnreadableFileError."""
    with tempfile.TemporaryDirectory(prefix="vitrine-import-") as name:
        folder = Path(name)
        path = folder / (Path(batch.name).name[-100:] or "upload")
        with batch.file.open("rb") as stored, path.open("wb") as target:
            for block in stored.chunks(1 << 20):
                target.write(block)
        if archives.is_archive(path):
            unpacked = folder / "unpacked"
            unpacked.mkdir()
            path, images = archives.unpack(path, unpacked, name=batch.name), images or unpacked
        table = readers.open_table(path, name=path.name, known=dialects.known_columns())
        yield _Source(table, dialects.detect(table.columns, name=path.name), PictureFolder(images))


def _judge_all(batch: Import, source: _Source, progress: Progress | None) -> tuple[dict[str, int], list[Problem]]:
    counts = {"rows": 0, "ready": 0, "warned": 0, "refused": 0}
    problems: list[Problem] = []
    listed: set[str] = set()
    for chunk in source.chunks():
        for reading in _with_known(batch, chunk, listed):
            reading = _with_pictures(reading, source.folder)
            for name in ("ready", "warned", "refused"):
                counts[name] += getattr(reading, name)
            counts["rows"] += len(reading.rows)
            problems.extend(reading.problems[: PROBLEM_LIMIT - len(problems)])
        _tell(progress, "check", counts["rows"], 0)
    if not counts["rows"]:
        raise UnreadableFileError(f"{batch.name} has a header but no rows. Export the list again with its products.")
    return counts, problems


def _with_known(batch: Import, chunk: list[Reading], listed: set[str]) -> list[Reading]:
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


def _with_pictures(reading: Reading, folder: PictureFolder) -> Reading:
    """Warnings about listed pictures that are absent, unreadable or only an address."""
    if reading.product is None:
        return reading
    row, notes, remote = reading.rows[0], [], []
    for listed in reading.product.images:
        path = folder.find(listed)
        if path is not None:
            notes += _judge_picture(row, path, listed)
        elif listed.url:
            remote.append(listed.url)
        else:
            notes.append(
                _picture_note(
                    row,
                    listed,
                    f"Picture '{listed.name}' is not beside the list.",
                    "Upload a ZIP with the list and its pictures, or name the folder with --images.",
                )
            )
    if remote:
        listed = reading.product.images[0]
        count = f"{len(remote)} pictures are web addresses" if len(remote) > 1 else "1 picture is a web address"
        notes.append(
            _picture_note(
                row,
                replace(listed, name=remote[0]),
                f"{count} and not fetched.",
                "Upload a ZIP with the list and its pictures; the addresses are kept.",
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


def _problem_row(batch: Import, problem: Problem) -> ImportProblem:
    return ImportProblem(
        merchant_id=batch.merchant_id,
        batch=batch,
        row=problem.row,
        column=problem.column[:120],
        value=problem.value,
        reason=problem.reason[:300],
        suggestion=problem.suggestion[:300],
        severity=problem.severity,
    )


def _store_chunk(batch: Import, chunk: list[Reading], source: _Source) -> None:
    """One transaction: the rows and how far the import is. Raises ImportStopped when another process was faster."""
    count = sum(len(reading.rows) for reading in chunk)
    with tenancy.merchant_context(batch.merchant_id):
        moved = Import.objects.filter(pk=batch.pk, state=Import.State.RUNNING, done=batch.done)
        if not moved.update(done=F("done") + count):
            raise ImportStopped(f"Import {batch.name} is being run by another process.")
        listed = [reading.product for reading in _with_known(batch, chunk, set()) if reading.product]
        stored = upserts.store(batch.merchant, listed)
        _keep_addresses(listed, stored.products, source.folder)
        if stored.touched:
            facts_changed.send(sender=Product, product_ids=stored.touched, because=f"{batch.name} changed the product")
        Import.objects.filter(pk=batch.pk).update(
            added=F("added") + stored.added, changed=F("changed") + stored.changed, same=F("same") + stored.same
        )
        batch.refresh_from_db()


def _keep_addresses(listed: Sequence[ListedProduct], products: Mapping[str, int], folder: PictureFolder) -> None:
    """Remember the pictures that are named but not at hand, so that they can be fetched or uploaded later."""
    named: dict[int, dict[str, None]] = {}
    whole: set[int] = set()
    for row in listed:
        if row.images and row.sku in products:
            missing = [image.url or image.name for image in row.images if folder.find(image) is None]
            named.setdefault(products[row.sku], {}).update(dict.fromkeys(missing))
            whole.update([products[row.sku]] if row.title else [])
    changed = []
    for product in Product.objects.filter(pk__in=named).only("pk", "image_urls"):
        known = [] if product.pk in whole else product.image_urls
        product.image_urls, before = list(dict.fromkeys([*known, *named[product.pk]])), product.image_urls
        if product.image_urls != before:
            changed.append(product)
    Product.objects.bulk_update(changed, ["image_urls"], batch_size=500)


def _attach_all(batch: Import, source: _Source, progress: Progress | None) -> int:
    """Attach every picture that lies beside the list; those that are in storage already cost one hash each."""
    attached = done = 0
    for chunk in source.chunks():
        for reading in chunk:
            if reading.product is not None:
                attached += _attach_to(batch, reading.product, source.folder)
            done += len(reading.rows)
            _tell(progress, "pictures", done, batch.rows)
    return attached


def _attach_to(batch: Import, row: ListedProduct, folder: PictureFolder) -> int:
    listed = list(row.images) or folder.of_sku(row.sku)
    found = [(image, path) for image in listed if (path := folder.find(image)) is not None]
    attached = 0
    for position, (image, path) in enumerate(found):
        with tenancy.merchant_context(batch.merchant_id):
            product = Product.objects.filter(sku=row.sku).first()
            if product is None:
                return attached
            try:
                attached += pictures.attach(product, path, listed=image, position=position).is_new
            except images.ImageError:
                continue  # the check has told the merchant; the product stands without it
    return attached


def _move(batch: Import, state: Import.State, **changes: Any) -> Import:
    with tenancy.merchant_context(batch.merchant_id):
        Import.objects.filter(pk=batch.pk).update(state=state, **changes)
        batch.refresh_from_db()
    return batch


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
