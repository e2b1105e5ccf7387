"""Django app: review."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "review"

    def ready(self) -> None:
        """Say what a new list of terms overtakes, when it is asked."""
        from generation import recall
        from review import rewording

        recall.ASKED.append(rewording.overtaken)
