"""Static files straight from their folders: these tests need no collected manifest."""

import pytest


@pytest.fixture(autouse=True)
def _plain_static_files(settings: "object") -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # type: ignore[attr-defined]
