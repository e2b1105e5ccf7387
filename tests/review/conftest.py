"""A sealed file to tamper with, and a home for its development key."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.models import Merchant
from generation.models import SignedFile
from review import services as review_services
from tests.review.films import approvable


@pytest.fixture(autouse=True)
def _own_home(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path / "home"


@pytest.fixture
def sealed(at_alice: Merchant, tmp_path: Path) -> tuple[SignedFile, Path]:
    """An approved file with its seal, and a copy of it on disk."""
    cut = approvable(at_alice)
    review_services.approve(video=cut.video, approver="Ada", reason="As on the photo.")
    signed = cut.signed.get()
    path = tmp_path / "sealed.mp4"
    path.write_bytes(default_storage.open(signed.file.name).read())
    return signed, path
