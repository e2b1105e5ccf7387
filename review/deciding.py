"""A person's decision from start to end: what the buttons of a video's page do."""

from django.db import transaction

from generation import services as generation_services
from generation.models import Placement, Video
from review import services
from review.services import NotApprovable, ask_again, make_again, reject, withdraw

__all__ = ["NotApprovable", "approve", "ask_again", "make_again", "reject", "show", "withdraw"]


@transaction.atomic
def approve(*, video: Video, approver: str, reason: str, is_shown: bool) -> None:
    """Approve every file, and show them in the shop if that was asked. Raises NotApprovable."""
    services.approve(video=video, approver=approver, reason=reason)
    if is_shown:
        show(video=video, by=approver)


@transaction.atomic
def show(*, video: Video, by: str) -> list[Placement]:
    """Put an approved video's files into the shop; empty when it is not approved, or shown already.

    Files that were approved before there were seals get theirs now. Raises NotApprovable.
    """
    if video.state == Video.State.APPROVED:
        services.sign(video)
    return generation_services.publish(video=video, by=by)
