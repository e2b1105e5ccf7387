"""Seats in a merchant's team: what each may change, who is invited, and who leaves.

Everybody in a team sees everything of the shop. What they may change follows the four eyes that approval needs:
who makes a video need not be who lets it out.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts import tenancy
from accounts.models import AuditLog, Invitation, Membership, Merchant

Role = Membership.Role
WORDS = {
    Role.OWNER: ("Owner", "Everything, the team, keys and webhooks among it."),
    Role.EDITOR: ("Editor", "Uploads, products, plans, placements and experiments. Cannot approve."),
    Role.REVIEWER: ("Reviewer", "Approves and rejects videos. Cannot plan or upload."),
}
"""What a seat is called and what it is for, as people read it."""
MAY_CHANGE: dict[str, set[str]] = {
    "": {Role.EDITOR, Role.REVIEWER},  # signing in and out
    "catalog": {Role.EDITOR},
    "generation": {Role.EDITOR},
    "analytics": {Role.EDITOR},
    "review": {Role.REVIEWER},
    "review:video_show": {Role.EDITOR, Role.REVIEWER},
    "review:arena_vote": {Role.EDITOR, Role.REVIEWER},
    "review:arena_seen_left": {Role.EDITOR, Role.REVIEWER},
    "review:arena_seen_right": {Role.EDITOR, Role.REVIEWER},
    "accounts:enter": {Role.EDITOR, Role.REVIEWER},
    "accounts:password": {Role.EDITOR, Role.REVIEWER},
}
"""Which seats besides the owner's may change something in an app or at one address of it; else only owners may."""
GOOD_FOR = timedelta(days=7)
SALT = "vitrine.invitation"


class SeatError(ValueError):
    """This change of the team is not possible; the message says why and what is."""


@dataclass(frozen=True)
class Ticket:
    """What the address of an invitation says, before a merchant is known."""

    merchant_id: int
    invitation: str


def may_change(role: str, app: str, view: str) -> bool:
    """Whether a seat may send changes to the address `app:view`."""
    return role == Role.OWNER or role in MAY_CHANGE.get(f"{app}:{view}", MAY_CHANGE.get(app, set()))


def invite(*, merchant: Merchant, email: str, role: str, by: str) -> tuple[Invitation, str]:
    """A seat kept free for seven days, and the token of its address. Raises SeatError. Needs the merchant's context."""
    if role not in Role.values:
        raise SeatError(f"Choose a seat: {', '.join(Role.values)}; not {role!r}.")
    if not email.strip():
        raise SeatError("Say whom you invite: an e-mail address, so that you know the seat again.")
    invitation = Invitation.objects.create(
        merchant=merchant, email=email.strip(), role=role, by=by, expires=timezone.now() + GOOD_FOR
    )
    AuditLog.objects.create(merchant=merchant, actor=by, action="invite", subject=f"{email.strip()} as {role}")
    return invitation, signing.dumps([merchant.pk, str(invitation.public_id)], salt=SALT)


def read(token: str) -> Ticket:
    """The ticket of an address. Raises SeatError for one that was not made here."""
    try:
        merchant_id, invitation = signing.loads(token, salt=SALT)
    except signing.BadSignature as problem:
        raise SeatError("This address is incomplete: copy the whole line of the invitation.") from problem
    return Ticket(merchant_id=merchant_id, invitation=invitation)


def waiting(ticket: Ticket) -> Invitation:
    """The invitation of a ticket while it can be taken. Raises SeatError. Runs in the ticket's merchant's context."""
    found = Invitation.objects.select_for_update().filter(public_id=ticket.invitation).first()
    if found is None or found.withdrawn:
        raise SeatError("This invitation was withdrawn. Ask the shop's owner for a new one.")
    if found.accepted:
        raise SeatError("This invitation was taken before. If it was you, just sign in.")
    if found.expires < timezone.now():
        raise SeatError("This invitation is older than seven days. Ask the shop's owner for a new one.")
    return found


@transaction.atomic
def accept(*, ticket: Ticket, user: User) -> Membership:
    """Give the user the seat; a seat they had before changes its role. Raises SeatError."""
    if user.is_staff:
        raise SeatError("Operators of the platform sit in no shop: sign out and join with an account of your own.")
    with tenancy.merchant_context(ticket.merchant_id):
        invitation = waiting(ticket)
        seat, is_new = Membership.objects.get_or_create(
            merchant_id=ticket.merchant_id, user=user, defaults={"role": invitation.role}
        )
        if not is_new:
            set_role(seat=seat, role=invitation.role, by=invitation.by)
        invitation.accepted = timezone.now()
        invitation.save(update_fields=["accepted"])
        _log(seat, actor=user.get_username(), action="join", subject=f"{user.get_username()} as {invitation.role}")
    return seat


def withdraw(*, invitation: Invitation, by: str) -> None:
    """Make the address of an invitation worthless; nothing happens to one that was taken."""
    invitation.withdrawn = timezone.now()
    invitation.save(update_fields=["withdrawn"])
    AuditLog.objects.create(
        merchant_id=invitation.merchant_id, actor=by, action="withdraw_invitation", subject=invitation.email
    )


def set_role(*, seat: Membership, role: str, by: str) -> None:
    """Another seat for the same person. Raises SeatError for the last owner."""
    if role not in Role.values:
        raise SeatError(f"Choose a seat: {', '.join(Role.values)}; not {role!r}.")
    if role != Role.OWNER:
        _keep_an_owner(seat)
    seat.role = role
    seat.save(update_fields=["role"])
    _log(seat, actor=by, action="change_seat", subject=f"{seat.user.get_username()} to {role}")


def remove(*, seat: Membership, by: str) -> None:
    """End a person's access; their name stays on what they decided. Raises SeatError for the last owner."""
    _keep_an_owner(seat)
    _log(seat, actor=by, action="remove_seat", subject=seat.user.get_username())
    seat.delete()


def _keep_an_owner(seat: Membership) -> None:
    others = Membership.objects.select_for_update().filter(merchant_id=seat.merchant_id, role=Role.OWNER)
    if seat.role == Role.OWNER and not others.exclude(pk=seat.pk).exists():
        raise SeatError("A shop needs an owner: make somebody else the owner first.")


def _log(seat: Membership, *, actor: str, action: str, subject: str) -> None:
    AuditLog.objects.create(merchant_id=seat.merchant_id, actor=actor, action=action, subject=subject)
