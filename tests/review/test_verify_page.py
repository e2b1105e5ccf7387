"""Anybody may ask about a file, without signing in, and is told plainly what it is."""

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts import tenancy
from accounts.models import Merchant
from generation import services
from generation.models import SignedFile, Video
from review import services as review_services
from review.provenance import views
from tests.review.films import approvable, flipped, remuxed, resealed, tiny_film

Sealed = tuple[SignedFile, Path]


@pytest.fixture(autouse=True)
def _fresh_minute() -> None:
    cache.clear()


@pytest.fixture
def sealed(alice: Merchant, tmp_path: Path) -> Sealed:
    """As in the other tests, and Alice's door is closed again: who asks is nobody in particular."""
    with tenancy.merchant_context(alice.pk):
        cut = approvable(alice)
        review_services.approve(video=cut.video, approver="Ada", reason="As on the photo.")
        signed = cut.signed.get()
        with signed.file.open() as file:
            content = file.read()
    path = tmp_path / "sealed.mp4"
    path.write_bytes(content)
    return signed, path


def _ask(path: Path) -> Any:
    return Client().post("/verify/", {"file": SimpleUploadedFile(path.name, path.read_bytes(), "video/mp4")})


def _title(path: Path) -> str:
    return str(_ask(path).context["reading"].title)


def test_the_page_tells_apart_what_can_happen_to_a_file(sealed: Sealed) -> None:
    path = sealed[1]
    other = path.with_name("other.mp4")
    other.write_bytes(tiny_film(tone=880))
    changed = flipped(path, path.stat().st_size - 900)
    assert [_title(each) for each in (path, changed, remuxed(path), resealed(path), other)] == [
        "Untouched", "Changed after it was signed", "The seal was removed", "Signed by somebody else", "Not known here",
    ]  # fmt: skip


def test_it_says_who_approved_what_is_real_and_what_was_measured(sealed: Sealed) -> None:
    page = _ask(sealed[1]).content.decode()
    for words in (
        "Ada",
        "As on the photo.",
        "The seller’s photo, never redrawn",
        "0.44 m of 0.45 m",
        "Size of the effect",
        "development key",
    ):
        assert words in page


def test_a_fingerprint_finds_the_record_but_vouches_for_no_file(sealed: Sealed) -> None:
    found = Client().get("/verify/", {"sha256": sealed[0].audited_sha256.upper()})
    assert found.context["record"].sha256 == sealed[0].sha256
    assert "only the file can tell" in found.content.decode()
    assert Client().get("/verify/", {"sha256": "7" * 64}).status_code == 404
    assert Client().get("/verify/", {"sha256": "not a hash"}).status_code == 400


def test_a_video_that_was_taken_back_says_so(sealed: Sealed, alice: Merchant) -> None:
    with tenancy.merchant_context(alice.pk):
        video = sealed[0].cut.video
        services.publish(video=video, by="Ada")
        Video.objects.filter(pk=video.pk).update(state=Video.State.STALE)
        video.cuts.get().placements.update(state="paused", paused_because="The cap was lowered.")
    page = _ask(sealed[1]).content.decode()
    assert "This video was taken back: The cap was lowered." in page


def test_large_files_and_many_questions_are_refused(settings: Any, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr(views, "MOST_BYTES", 1000)
    large = Client().post("/verify/", {"file": SimpleUploadedFile("film.mp4", b"0" * 2000)})
    assert (large.status_code, "larger than 200 MB" in large.content.decode()) == (413, True)
    monkeypatch.setattr(views, "PER_MINUTE", 2)
    assert [Client().get("/verify/", {"sha256": "7" * 64}).status_code for _ in range(3)] == [404, 404, 429]


def test_outside_a_shop_only_the_record_can_be_read(sealed: Sealed) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from generation_signedfile")
        assert cursor.fetchone() == (0,)
    assert SignedFile.objects.count() == 0
