"""Django app: catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "catalog"

    def ready(self) -> None:
        """Listen to our own changes."""
        from catalog import receivers  # noqa: F401
