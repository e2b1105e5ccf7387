"""Reads about people: which merchant a user works for."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import tenancy
from accounts.models import Membership, Merchant


def merchant_of(user: AbstractBaseUser) -> Merchant | None:
    """The merchant whose desk the user sits at, or None. Needs an open transaction."""
    tenancy.set_user(user.pk)
    seat = Membership.objects.filter(user_id=user.pk).select_related("merchant").order_by("id").first()
    return seat.merchant if seat else None


def merchant_in(request: HttpRequest) -> Merchant:
    """The merchant of a signed-in request; raises PermissionDenied for a user without a shop."""
    merchant: Merchant | None = getattr(request, "merchant", None)
    if merchant is None:
        raise PermissionDenied("This user belongs to no shop yet: ask its owner for a seat.")
    return merchant


def name_of(user: AbstractBaseUser | AnonymousUser) -> str:
    """How a person signs: full name, else user name; "" for a visitor."""
    return (user.get_full_name() if isinstance(user, User) else "") or user.get_username()
