"""A disk that fills up stops the stage that hit it, with the file's name; nothing made before is lost."""

import io
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from accounts import tenancy
from accounts.models import Merchant
from catalog import services as catalog_services
from catalog.models import Import, Product
from catalog.services import DEMO
from generation import jobs, services
from generation.models import Job, Video

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process or its programs grows beyond `size` bytes: writing fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def listed(merchant: Merchant) -> Import:
    """The demo's travel mug alone, imported with its photos."""
    line = next(row for row in (DEMO / "products.jsonl").read_bytes().splitlines() if b"VT-MUG-035" in row)
    return catalog_services.import_file(
        merchant=merchant, file=io.BytesIO(line), name="mug.jsonl", images=DEMO / "photos"
    )


def work(merchant: Merchant, kind: str) -> tuple[str, str]:
    """Perform the due job of that kind; its state and error afterwards."""
    with tenancy.merchant_context(merchant.pk):
        Job.objects.filter(kind=kind).update(run_after="2020-01-01T00:00Z")
    assert jobs.run_next(jobs.QUEUES[Job.Kind(kind)], "test")
    with tenancy.merchant_context(merchant.pk):
        job = Job.objects.get(kind=kind)
        return job.state, job.error


def test_every_stage_names_the_full_disk_and_goes_on_when_there_is_room(
    alice: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ring", lambda queue: None)
    listed(alice)
    with tenancy.merchant_context(alice.pk):
        video = services.plan_product(product=Product.objects.get(), locales=["en-US"], budget=1, engine="static")[0]
        services.start([video])

    with room_for(1_000):
        drafting = work(alice, "generate")
    drafted = work(alice, "generate")
    with room_for(100_000):
        composing = work(alice, "compose")

    assert (drafting[0], drafted[0], composing[0]) == ("queued", "done", "queued")
    assert "Free space" in drafting[1]
    assert "Free space" in composing[1]
    with tenancy.merchant_context(alice.pk):
        video.refresh_from_db()
    folder = Path(default_storage.path(f"work/{video.public_id}"))
    assert video.state == Video.State.DRAFTED
    assert {path.suffix for path in folder.iterdir()} == {".npz"}


def test_an_upload_that_does_not_fit_leaves_no_import(alice: Merchant) -> None:
    with room_for(50), pytest.raises(OSError, match="File too large"):
        listed(alice)
    with tenancy.merchant_context(alice.pk):
        assert Import.objects.count() == 0
