"""Reads about people: which seats they have, and at which merchant's desk they sit."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import tenancy
from accounts.models import Membership, Merchant

SHOP = "shop"
"""Where the session keeps the shop a person chose, when they have seats in several."""


def seats_of(user: AbstractBaseUser) -> QuerySet[Membership]:
    """All seats of a person, in every shop. Needs an open transaction in which the user is set."""
    return Membership.objects.filter(user_id=user.pk).select_related("merchant").order_by("id")


def seat_of(user: AbstractBaseUser, shop: int | None = None) -> Membership | None:
    """The seat a person has in the shop they chose, else their first one, or None. Needs an open transaction."""
    tenancy.set_user(user.pk)
    seats = list(seats_of(user))
    return next((seat for seat in seats if seat.merchant_id == shop), seats[0] if seats else None)


def merchant_in(request: HttpRequest) -> Merchant:
    """The merchant of a signed-in request; raises PermissionDenied for a user without a shop."""
    merchant: Merchant | None = getattr(request, "merchant", None)
    if merchant is None:
        raise PermissionDenied("This user belongs to no shop yet: ask its owner for a seat.")
    return merchant


def owns(request: HttpRequest) -> bool:
    """Whether the person signed in is an owner of the shop they sit in."""
    seat: Membership | None = getattr(request, "seat", None)
    return seat is not None and seat.role == Membership.Role.OWNER


def name_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """How a person signs: full name, else user name; "" for a visitor."""
    return (user.get_full_name() if isinstance(user, User) else "") or user.get_username()
