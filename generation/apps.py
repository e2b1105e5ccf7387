"""Django app: generation."""

from django.apps import AppConfig


class GenerationConfig(AppConfig):
    name = "generation"

    def ready(self) -> None:
        """Listen to the catalog."""
        from generation import receivers  # noqa: F401
