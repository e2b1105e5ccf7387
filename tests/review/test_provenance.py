"""Seals: what they say is read back by the reference reader, and each way of tampering with a file is told apart."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from accounts.models import Merchant
from generation import services
from generation.models import Approval, SignedFile
from review import services as review_services
from review.observe.marks import aigc_label, marks
from review.observe.records import Marks
from review.provenance import c2pa, keys, signing, verifying
from review.provenance.streams import streams_hash
from review.provenance.verifying import Verdict
from tests.review.films import approvable, flipped, remuxed, resealed, tiny_film


def test_approving_seals_the_file_and_changes_its_container_only(sealed: tuple[SignedFile, Path]) -> None:
    signed, path = sealed
    audited = path.with_name("audited.mp4")
    audited.write_bytes(tiny_film())
    assert hashlib.sha256(path.read_bytes()).hexdigest() == signed.sha256 != signed.audited_sha256
    assert streams_hash(path) == streams_hash(audited) == signed.streams
    placement = services.publish(video=signed.cut.video, by="Ada")[0]
    assert (placement.sha256, placement.file.name) == (signed.sha256, signed.file.name)


def test_the_reference_reader_reads_back_what_was_sealed(sealed: tuple[SignedFile, Path]) -> None:
    signed, path = sealed
    seal = c2pa.read(path, keys.known())
    assert seal is not None
    assert (seal.is_readable, seal.is_ours, seal.is_intact, seal.problems) == (True, True, True, ())
    assert seal.pack == signed.pack
    assert seal.issuer == keys.DEVELOPMENT
    pack = signed.pack
    assert (pack["approver"], pack["is_development"], pack["audited_sha256"]) == ("Ada", True, signed.audited_sha256)
    assert pack["ingredients"][0]["sha256"] == "0" * 64
    assert {part["kind"] for part in pack["parts"]} >= {"real", "generated"}
    assert pack["audit"]["findings"][0]["measured"] == 0.44
    assert len(pack["audit"]["sha256"]) == len(pack["certificate"]) == 64


def test_the_chinese_label_names_the_content_and_its_streams(sealed: tuple[SignedFile, Path]) -> None:
    signed, path = sealed
    label = aigc_label(path)
    assert label == {
        "Label": "1", "ContentProducer": signed.pack["merchant"], "ProduceID": f"{signed.cut.video.public_id}/wide",
        "ReservedCode1": signed.streams, "ContentPropagator": "", "PropagateID": "", "ReservedCode2": "",
    }  # fmt: skip
    assert marks(path) == Marks(aigc="1", producer=signed.pack["merchant"], is_sealed=True)
    assert marks(remuxed(path)) == Marks()


def test_an_untouched_file_is_known(sealed: tuple[SignedFile, Path]) -> None:
    answer = verifying.verify(sealed[1])
    assert (answer.verdict, answer.has_our_streams) == (Verdict.UNTOUCHED, True)
    assert answer.record is not None
    assert (answer.record.sha256, answer.record.state) == (sealed[0].sha256, "approved")


def test_a_changed_byte_of_the_picture_is_told(sealed: tuple[SignedFile, Path]) -> None:
    path = sealed[1]
    changed = verifying.verify(flipped(path, path.stat().st_size - 900))
    assert (changed.verdict, changed.has_our_streams) == (Verdict.CHANGED, False)
    assert changed.seal is not None
    assert changed.seal.problems == ("assertion.bmffHash.mismatch",)


def test_a_changed_byte_of_the_seal_is_told(sealed: tuple[SignedFile, Path]) -> None:
    path = sealed[1]
    changed = verifying.verify(flipped(path, path.read_bytes().index(b"As on the photo.") + 3))
    assert (changed.verdict, changed.has_our_streams) == (Verdict.CHANGED, True)
    assert changed.pack == sealed[0].pack, "what is shown is our record, not what the file says"


def test_no_changed_byte_anywhere_is_called_untouched(sealed: tuple[SignedFile, Path]) -> None:
    path = sealed[1]
    size = path.stat().st_size
    verdicts = {verifying.verify(flipped(path, place)).verdict for place in range(3, size, size // 12)}
    assert Verdict.UNTOUCHED not in verdicts


def test_a_stripped_seal_is_told_and_the_film_is_still_known(sealed: tuple[SignedFile, Path]) -> None:
    answer = verifying.verify(remuxed(sealed[1]))
    assert (answer.verdict, answer.has_our_streams, answer.seal, answer.label) == (Verdict.STRIPPED, True, None, None)
    assert answer.pack == sealed[0].pack


def test_a_seal_of_another_key_is_told(sealed: tuple[SignedFile, Path]) -> None:
    answer = verifying.verify(resealed(sealed[1]))
    assert (answer.verdict, answer.has_our_streams) == (Verdict.FOREIGN, True)
    assert answer.seal is not None
    assert answer.seal.is_intact
    assert not answer.seal.is_ours


def test_a_film_that_is_not_ours_is_unknown(sealed: tuple[SignedFile, Path], tmp_path: Path) -> None:
    other, words = tmp_path / "other.mp4", tmp_path / "words.mp4"
    other.write_bytes(tiny_film(tone=880))
    words.write_text("no film at all")
    assert [verifying.verify(path).verdict for path in (other, words)] == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_other_bytes_than_the_audited_ones_are_never_signed(at_alice: Merchant) -> None:
    cut = approvable(at_alice)
    default_storage.delete(cut.file.name)
    default_storage.save(cut.file.name, ContentFile(tiny_film(tone=880)))
    with pytest.raises(review_services.NotApprovable, match="was changed since it was approved"):
        review_services.approve(video=cut.video, approver="Ada")
    assert (SignedFile.objects.count(), Approval.objects.count()) == (0, 0)


def test_a_seal_that_would_change_the_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(tiny_film())
    pack = {
        "merchant": "Rill", "video": "v", "format": "wide", "streams": "0" * 64, "title": "Pump",
        "model": {"made_by": "unified"}, "ingredients": [],
    }  # fmt: skip
    with pytest.raises(c2pa.CannotSign, match="would have changed picture or sound"):
        signing.seal(path, tmp_path, pack=pack, signer=keys.development_signer(tmp_path))


def test_seals_of_a_former_key_stay_ours(sealed: tuple[SignedFile, Path], settings: Any, tmp_path: Path) -> None:
    former = tmp_path / "former.pem"
    former.write_bytes(keys.signer().chain)
    settings.VAR = tmp_path / "another home"
    changed = flipped(sealed[1], sealed[1].stat().st_size - 900)
    assert verifying.verify(changed).verdict == Verdict.FOREIGN
    settings.SIGNING_FORMER_CERTIFICATES = [str(former)]
    assert verifying.verify(changed).verdict == Verdict.CHANGED


def test_half_a_key_is_refused(settings: Any) -> None:
    settings.SIGNING_KEY = "key.pem"
    with pytest.raises(keys.NoKey, match="Set both SIGNING_CERTIFICATES and SIGNING_KEY"):
        keys.signer()


def test_a_whole_seal_of_ours_without_a_record_is_not_called_changed(sealed: tuple[SignedFile, Path]) -> None:
    sealed[0].delete()
    answer = verifying.verify(sealed[1])
    assert (answer.verdict, answer.record) == (Verdict.UNKNOWN, None)
    assert answer.pack == sealed[0].pack
