"""What is done about one video: an operator takes it down, its merchant appeals, another operator rules.

Every function runs inside the merchant's context. That only operators take down and rule, and that nobody rules on
their own takedown, is said by Postgres; these functions say it first, in words.
"""

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import AuditLog
from generation import recall
from generation.models import Video
from review.models import Appeal, Ruling, Takedown
from review.oversight import rules


class CaseError(ValueError):
    """A takedown, appeal or ruling that is not possible like this; the message says why."""


@transaction.atomic
def take_down(*, video: Video, operator: User, rule: str, reason: str) -> Takedown:
    """Stop a live or approved video at once. Raises CaseError."""
    edition = rules.current()
    if rule not in {each.id for each in edition.rules}:
        raise CaseError("Choose the rule that the video breaks.")
    if not reason.strip():
        raise CaseError("Say what is wrong with this video: the merchant reads it.")
    because = f"{edition.title_of(rule)}. {reason.strip()}"
    by = _name(operator)
    if not recall.take_down(video=video, by=by, because=because):
        raise CaseError("This video is not live any more: there is nothing to take down.")
    return Takedown.objects.create(
        merchant_id=video.merchant_id, video=video, operator=operator, by=by, rule=rule,
        rules_version=edition.version, reason=reason.strip(),
    )  # fmt: skip


@transaction.atomic
def appeal(*, takedown: Takedown, by: str, reason: str) -> Appeal:
    """The merchant's answer, once. Raises CaseError."""
    if not by.strip() or not reason.strip():
        raise CaseError("Say who appeals and why the video should stand.")
    if Appeal.objects.filter(takedown=takedown).exists():
        raise CaseError("An appeal was sent before: it is answered once, by another operator.")
    sent = Appeal.objects.create(
        merchant_id=takedown.merchant_id, takedown=takedown, by=by.strip(), reason=reason.strip()
    )
    _log(takedown, sent.by, "appeal", sent.reason)
    return sent


@transaction.atomic
def decide(*, takedown: Takedown, operator: User, verdict: str, reason: str) -> Ruling:
    """Another operator's word on an appeal; a lifted takedown shows again what it paused. Raises CaseError."""
    if takedown.operator_id == operator.pk:
        raise CaseError("You took this video down: another operator decides about the appeal.")
    if not Appeal.objects.filter(takedown=takedown).exists():
        raise CaseError("Nobody has appealed against this takedown.")
    if verdict not in Ruling.Verdict.values or not reason.strip():
        raise CaseError("Decide whether the takedown stands, and say why: the merchant reads it.")
    if Ruling.objects.filter(takedown=takedown).exists():
        raise CaseError("Another operator has decided this appeal.")
    by, is_lifted = _name(operator), verdict == Ruling.Verdict.LIFTED
    ruling = Ruling.objects.create(
        merchant_id=takedown.merchant_id, takedown=takedown, taken_by_id=takedown.operator_id, operator=operator, by=by,
        verdict=verdict, reason=reason.strip(),
    )  # fmt: skip
    _log(takedown, by, "lift_takedown" if is_lifted else "uphold_takedown", reason)
    if is_lifted:
        recall.put_back(video=takedown.video, by=by, because=reason)
    return ruling


def cases_of(video: Video) -> list[Takedown]:
    """The takedowns of a video, newest first, with their appeals and rulings."""
    return list(video.takedowns.select_related("appeal", "ruling"))


def _name(operator: User) -> str:
    return operator.get_full_name() or operator.get_username()


def _log(takedown: Takedown, actor: str, action: str, reason: str) -> None:
    AuditLog.objects.create(
        merchant_id=takedown.merchant_id, actor=actor, action=action, subject=f"video {takedown.video.public_id}",
        reason=reason,
    )  # fmt: skip
