"""Puts every signed-in request inside one merchant: one transaction in which only that merchant's rows exist."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve

from accounts import keys, selectors, tenancy
from accounts.models import Merchant

API = "/api/"
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
        token = _token(request)
        if token and not _is_public(request):
            return self._for_key(request, token)
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

    def _for_key(self, request: HttpRequest, token: str) -> HttpResponse:
        """A program's request: its key says which merchant, whoever is signed in."""
        holder = keys.holder(token)
        if holder is None:
            error = {"code": "bad_key", "message": "This API key is unknown, expired or revoked: make a new one."}
            return JsonResponse({"error": error}, status=401, headers={"WWW-Authenticate": "Bearer"})
        request.api_key = holder  # type: ignore[attr-defined]  # read by accounts.api
        with tenancy.merchant_context(holder.merchant_id):
            request.merchant = Merchant.objects.get(pk=holder.merchant_id)  # type: ignore[attr-defined]
            keys.note_use(holder)
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def _token(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and request.path_info.startswith(API) else ""


def _is_public(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "is_public", False)
    except Resolver404:
        return False
