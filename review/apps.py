"""Django app: review."""

from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        """Say what a new list of terms overtakes, when it is asked."""
        from generation import recall

        recall.ASKED.append(_reworded)


def _reworded() -> Iterable[tuple[Any, str]]:
    from review import rewording  # The checks: loaded where the sweep asks, not with every web page.

    return rewording.overtaken()
