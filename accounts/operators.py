"""Operators of the platform: people who look after all shops and sit in none.

The role is Django's `is_staff`. An operator's request has no merchant; the database answers its few lists across
merchants because it knows the session's user, and everything else happens inside one merchant at a time.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts import tenancy
from accounts.models import Merchant

P = ParamSpec("P")


def is_operator(request: HttpRequest) -> bool:
    """Whether an operator asks, from an account without a seat in any shop."""
    user, merchant = request.user, getattr(request, "merchant", None)
    return isinstance(user, User) and user.is_staff and user.is_active and merchant is None


def operator_of(request: HttpRequest) -> User:
    """The operator who asks. Raises PermissionDenied."""
    if isinstance(request.user, User) and is_operator(request):
        return request.user
    raise PermissionDenied(
        "These pages are for operators of the platform: a staff account without a seat in any shop"
        " (`manage.py operator NAME` makes one)."
    )


def operators_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Mark a page of the platform."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **named: P.kwargs) -> HttpResponse:
        operator_of(request)
        return view(request, *args, **named)

    return login_required(guarded)  # type: ignore[return-value]  # its stub widens the result


@contextmanager
def visiting(merchant: uuid.UUID) -> Iterator[Merchant]:
    """Work inside one merchant, named by its public id, as one of its team would. Raises Http404."""
    found = Merchant.objects.filter(public_id=merchant).first()
    if found is None:
        raise Http404(f"There is no shop {merchant}.")
    with tenancy.merchant_context(found.pk):
        yield found
