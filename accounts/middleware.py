"""Puts every signed-in request inside one merchant: one transaction in which only that merchant's rows exist."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from accounts import selectors, tenancy

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Mark a view that serves everybody's shoppers: it enters a merchant by itself, whoever is signed in."""
    view.is_public = True  # type: ignore[attr-defined]  # read by MerchantMiddleware
    return view


class MerchantMiddleware:
    """Sets `request.merchant` (None for visitors) and opens its context around the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, AnonymousUser) or _is_public(request):
            request.merchant = None  # type: ignore[attr-defined]  # one attribute, read through accounts.selectors
            return self.get_response(request)
        with transaction.atomic():
            merchant = selectors.merchant_of(request.user)
            request.merchant = merchant  # type: ignore[attr-defined]
            if merchant is None:
                return self.get_response(request)
            with tenancy.merchant_context(merchant.pk):
                response = self.get_response(request)
            if response.status_code >= 500:
                # Django turns exceptions into responses before they reach us: undo the half-done work ourselves.
                transaction.set_rollback(True)
            return response


def _is_public(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "is_public", False)
    except Resolver404:
        return False
