"""Writing the catalog: a merchant's file checked, then stored, in states that a crash cannot confuse.

received -> checked -> running -> done | failed. The check writes every problem and nothing else; the run goes on at
`Import.done`, so that running it twice, or again after a crash, ends with the same rows.
"""

import datetime
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import current_app
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts import tenancy
from accounts.models import Merchant
from catalog import bulk, feeds, pictures, sources, telling, upserts
from catalog.ingest import images
from catalog.ingest.fetch import Fetcher, FetchError
from catalog.ingest.records import ListedImage, ListedProduct, Problem, Reading, UnreadableFileError
from catalog.models import Import, ImportProblem, Product
from catalog.outlook import Outlook
from catalog.pictures import PictureFolder
from catalog.signals import facts_changed
from catalog.sources import Source

DEMO = Path(__file__).resolve().parent / "demo"
PROBLEM_LIMIT = 100_000
"""Problems kept of one import; the counts go on beyond it."""
UNATTENDED = datetime.timedelta(minutes=2)
"""An import on which no process has worked for so long is given to another."""
DOWNLOADS = 8
"""Pictures asked for at the same time."""
CHECK, STORE, FETCH = (f"catalog.tasks.{name}_batch" for name in ("check", "import", "fetch"))

Progress = Callable[[str, int, int], None]
"""Stage ("check", "store", "pictures"), rows done, rows in all (0 while unknown)."""


class ImportStopped(RuntimeError):
    """Another process runs this import; the message says so."""


def import_file(
    *, merchant: Merchant, file: Any, name: str, images: Path | None = None, progress: Progress | None = None
) -> Import:
    """Receive, check and store a file in this process. A file that was not understood ends `failed` with its reason."""
    batch = keep(merchant=merchant, file=file, name=name)
    process(batch=batch, images=images, progress=progress)
    return batch


def process(*, batch: Import, images: Path | None = None, progress: Progress | None = None) -> None:
    """Check and store a received import in this process, its file opened once."""
    _begin_check(batch)
    with _understood(batch), _opened(batch, images) as source:
        _check(batch, source, progress)
        _run(batch, source, progress)


def keep(*, merchant: Merchant, file: Any, name: str) -> Import:
    """Put a file into storage as a received import; nothing is read yet."""
    stored = file if isinstance(file, File) else File(file)
    batch = Import(merchant=merchant, name=Path(name).name[:300])
    with tenancy.merchant_context(merchant.pk):
        batch.file.save(Path(name).name[-80:] or "upload", stored, save=False)
        batch.save()
    return batch


def check_later(batch: Import) -> None:
    """Have a worker check a received import once this transaction has ended well."""
    _enqueue(CHECK, batch)


def receive(*, merchant: Merchant, file: Any) -> Import:
    """Keep an uploaded file and have a worker check it once the request has ended well."""
    batch = keep(merchant=merchant, file=file, name=getattr(file, "name", "") or "upload")
    check_later(batch)
    return batch


def receive_address(*, merchant: Merchant, url: str) -> Import:
    """Have a worker fetch a feed and check it; its pictures come the same way once it is stored."""
    batch = feeds.keep_address(merchant=merchant, url=url)
    check_later(batch)
    return batch


def confirm(*, batch: Import) -> bool:
    """Have a worker store what was checked, or go on after a pause; False when that was asked before."""
    claimed = _advance(batch, [Import.State.CHECKED], Import.State.RUNNING, stepped=timezone.now())
    if claimed:
        _enqueue(STORE, batch)
    return claimed


def pause(*, batch: Import) -> bool:
    """Stop storing after the rows that are being written; `confirm` goes on there. False when nothing was running."""
    return _advance(batch, [Import.State.RUNNING], Import.State.CHECKED)


def cancel(*, batch: Import, by: str) -> bool:
    """Give an import up. What was stored stays stored; the import's page says how much that is."""
    moving = [Import.State.RECEIVED, Import.State.CHECKED, Import.State.RUNNING]
    with tenancy.merchant_context(batch.merchant_id):
        batch.refresh_from_db()
        stored = f"{batch.done:,} of {batch.rows:,} rows" if batch.state != Import.State.RECEIVED else "no row"
    words = f"Stopped by {by} with {stored} stored. Upload the file again to go on: what is stored changes nothing."
    return _advance(batch, moving, Import.State.FAILED, error=words, finished=timezone.now())


def sweep() -> int:
    """Hand imports that nobody works on (a dead worker, a lost message) to a worker; returns how many."""
    now, found = timezone.now(), 0
    waiting = Q(stepped__lt=now - UNATTENDED) | Q(stepped=None, created__lt=now - UNATTENDED)
    for merchant in Merchant.objects.all():
        with tenancy.merchant_context(merchant.pk):
            for batch in Import.objects.filter(waiting, state__in=[Import.State.RECEIVED, Import.State.RUNNING]):
                is_received = batch.state == Import.State.RECEIVED
                _enqueue(CHECK if is_received else STORE, batch)
                Import.objects.filter(pk=batch.pk).update(stepped=now)
                found += 1
    return found


def check_import(*, batch: Import, images: Path | None = None, progress: Progress | None = None) -> Import:
    """Dry run: recognise the file, judge every row, keep every problem. `rows` = `ready` + `warned` + `refused`.

    Of two checks at the same time the later one goes on and the earlier one raises ImportStopped.
    """
    _begin_check(batch)
    with _understood(batch), _opened(batch, images) as source:
        _check(batch, source, progress)
    return batch


def run_import(*, batch: Import, images: Path | None = None, progress: Progress | None = None) -> Import:
    """Store what the check found ready or warned, then its pictures. Goes on at `done` after a crash."""
    with sources.opened(batch, images) as source:
        _run(batch, source, progress)
    return batch


def order_pictures(*, batch: Import) -> None:
    """Have a worker fetch the pictures that a stored import names by address."""
    _enqueue(FETCH, batch)


def fetch_pictures(*, batch: Import, fetcher: Fetcher | None = None, progress: Progress | None = None) -> int:
    """Fetch the pictures that a stored import names by address; returns how many are new. What fails becomes a problem
    of its row. Running it again fetches only what is missing."""
    attached, asked = 0, fetcher or Fetcher()
    with sources.opened(batch, None) as source, ThreadPoolExecutor(DOWNLOADS) as pool:
        for chunk in source.chunks():
            wanted = sources.pictures_to_fetch(batch, chunk, source.folder)
            for start in range(0, len(wanted), DOWNLOADS):
                with tempfile.TemporaryDirectory(prefix="vitrine-pictures-") as name:
                    part = [
                        (*row, Path(name) / str(place)) for place, row in enumerate(wanted[start : start + DOWNLOADS])
                    ]
                    reasons = list(pool.map(lambda row: _fetched(asked, row[2].url, row[3]), part))
                    attached += sum(_keep_picture(batch, *row, why) for row, why in zip(part, reasons, strict=True))
                _tell(progress, "fetch", min(start + DOWNLOADS, len(wanted)), len(wanted))
    with tenancy.merchant_context(batch.merchant_id):
        Import.objects.filter(pk=batch.pk).update(pictures=F("pictures") + attached)
        batch.refresh_from_db()
    return attached


def refused_rows(batch: Import) -> Iterator[tuple[int, dict[str, Any]]]:
    """Number and cells of every row that was refused, read again from the file."""
    with sources.opened(batch, None) as source:
        for chunk in source.chunks():
            for reading in sources.with_known(batch, chunk, set()):
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
    """By name, because tasks stand above services; after the commit, because a worker must find the row. What a broker
    that is down does not take, `sweep` hands out."""
    # No partial: Django's report of a robust hook that failed asks for a function's name.
    transaction.on_commit(lambda: current_app.send_task(task, args=[batch.merchant_id, batch.pk]), robust=True)


@contextmanager
def _understood(batch: Import) -> Iterator[None]:
    """A file that cannot be used ends the import, with the reason."""
    try:
        yield
    except UnreadableFileError as error:
        _advance(batch, [Import.State.RECEIVED], Import.State.FAILED, error=str(error), finished=timezone.now())


@contextmanager
def _opened(batch: Import, images: Path | None) -> Iterator[Source]:
    """The file, fetched first where the import has only an address."""
    feeds.bring(batch)
    with sources.opened(batch, images) as source:
        yield source


def _begin_check(batch: Import) -> None:
    with tenancy.merchant_context(batch.merchant_id):
        ImportProblem.objects.filter(batch=batch).delete()
        if not _advance(batch, [Import.State.RECEIVED], Import.State.RECEIVED, done=0, **_begun(0)):
            raise ImportStopped(f"Import {batch.name} is {batch.state}; only a received one can be checked.")


def _check(batch: Import, source: Source, progress: Progress | None) -> None:
    counts = _judge_all(batch, source, progress)
    dialect = source.columns.dialect
    found = {"dialect": dialect.name, "detected": f"{dialect.label}, {source.table.format}"[:200], "done": 0}
    if not _advance(batch, [Import.State.RECEIVED], Import.State.CHECKED, **found, **counts):
        raise ImportStopped(f"Import {batch.name} is {batch.state}; it was stopped.")


def _run(batch: Import, source: Source, progress: Progress | None) -> None:
    startable = [Import.State.CHECKED, Import.State.RUNNING]
    if not _advance(batch, startable, Import.State.RUNNING, **_begun(batch.done)):
        raise ImportStopped(f"Import {batch.name} is {batch.state}; only a checked or interrupted one can run.")
    for chunk in source.chunks(skip=batch.done):
        _store_chunk(batch, chunk, source)
        _tell(progress, "store", batch.done, batch.rows)
    attached = _attach_all(batch, source, progress) if len(source.folder) else 0
    running, now = [Import.State.RUNNING], timezone.now()
    if not _advance(batch, running, Import.State.DONE, finished=now, pictures=F("pictures") + attached):
        raise ImportStopped(f"Import {batch.name} is {batch.state}; its pictures were attached.")


def _judge_all(batch: Import, source: Source, progress: Progress | None) -> dict[str, Any]:
    counts: dict[str, Any] = {"rows": 0, "ready": 0, "warned": 0, "refused": 0}
    listed: set[str] = set()
    expected = Outlook()
    kept = 0
    for chunk in source.chunks():
        known = sources.with_disagreements(batch, sources.with_known(batch, chunk, listed))
        judged = [sources.with_picture_notes(reading, source.folder) for reading in known]
        expected.add(batch, [reading.product for reading in judged if reading.product])
        for name in ("ready", "warned", "refused"):
            counts[name] += sum(getattr(reading, name) for reading in judged)
        problems = [problem for reading in judged for problem in reading.problems][: PROBLEM_LIMIT - kept]
        kept += len(problems)
        with tenancy.merchant_context(batch.merchant_id):
            _step(batch, Import.State.RECEIVED, sum(len(reading.rows) for reading in judged))
            _keep_problems(batch, problems)
        counts["rows"] = batch.done
        _tell(progress, "check", counts["rows"], 0)
    counts["outlook"] = expected.summary(batch, is_whole_list=source.columns.dialect.kind == "products")
    if not counts["rows"]:
        raise UnreadableFileError(f"{batch.name} has a header but no rows. Export the list again with its products.")
    return counts


def _keep_problems(batch: Import, problems: list[Problem]) -> None:
    columns = ("batch_id", "row", '"column"', "value", "reason", "suggestion", "severity")
    bulk.insert(
        ImportProblem,
        columns,
        [
            (batch.pk, one.row, one.column[:120], one.value, one.reason[:300], one.suggestion[:300], one.severity)
            for one in problems
        ],
        merchant_id=batch.merchant_id,
    )


def _store_chunk(batch: Import, chunk: list[Reading], source: Source) -> None:
    """One transaction: the rows and how far the import is. Raises ImportStopped when another process was faster."""
    count = sum(len(reading.rows) for reading in chunk)
    with tenancy.merchant_context(batch.merchant_id):
        _step(batch, Import.State.RUNNING, count)
        listed = [reading.product for reading in sources.with_known(batch, chunk, set()) if reading.product]
        stored = upserts.store(batch.merchant, listed, elsewhere=sources.not_at_hand(listed, source.folder))
        if stored.touched:
            facts_changed.send(sender=Product, product_ids=stored.touched, because=f"{batch.name} changed the product")
        Import.objects.filter(pk=batch.pk).update(
            added=F("added") + stored.added, changed=F("changed") + stored.changed, same=F("same") + stored.same
        )
        batch.refresh_from_db()


def _step(batch: Import, state: Import.State, count: int) -> None:
    """Count rows, in the transaction that writes them. Raises ImportStopped when another process did, or a person."""
    here = Import.objects.filter(pk=batch.pk, state=state, done=batch.done)
    if not here.update(done=F("done") + count, stepped=timezone.now()):
        raise ImportStopped(f"Import {batch.name} was stopped, or another process runs it.")
    batch.done += count


def _attach_all(batch: Import, source: Source, progress: Progress | None) -> int:
    """Attach every picture that lies beside the list; those that are in storage already cost one hash each."""
    attached = done = 0
    for chunk in source.chunks():
        for reading in chunk:
            if reading.product is not None:
                attached += _attach_to(batch, reading.product, source.folder)
            done += len(reading.rows)
            _tell(progress, "pictures", done, batch.rows)
        with tenancy.merchant_context(batch.merchant_id):
            _step(batch, Import.State.RUNNING, 0)
    return attached


def _fetched(fetcher: Fetcher, url: str, path: Path) -> str:
    """Why the picture could not be fetched; "" when it lies at `path`."""
    try:
        fetcher.fetch(url, path)
    except FetchError as error:
        return str(error)
    return ""


def _keep_picture(batch: Import, reading: Reading, position: int, listed: ListedImage, path: Path, why: str) -> bool:
    """Attach a fetched picture, or note why there is none. True when an image was added."""
    with tenancy.merchant_context(batch.merchant_id):
        product = Product.objects.filter(sku=reading.product.sku if reading.product else "").first()
        if product is None:
            return False
        try:
            if not why:
                return pictures.attach(product, path, listed=listed, position=position).is_new
        except images.ImageError as error:
            why = str(error)
        suggestion = "The product is stored without this picture."
        note = Problem(row=reading.rows[0], column=listed.column, value=listed.url, reason=why, suggestion=suggestion)
        _keep_problems(batch, [note])
    return False


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


def _advance(batch: Import, before: list[Import.State], after: Import.State, **changes: Any) -> bool:
    """Move an import on from one of these states; False when it is in another one by now."""
    with tenancy.merchant_context(batch.merchant_id):
        moved = Import.objects.filter(pk=batch.pk, state__in=before).update(state=after, **changes)
        batch.refresh_from_db()
        if moved and after in (Import.State.DONE, Import.State.FAILED):
            telling.import_finished(batch)
    return bool(moved)


def _begun(done: int) -> dict[str, Any]:
    """A stage begins with so many rows done."""
    return {"began": timezone.now(), "began_at": done, "stepped": timezone.now()}


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
