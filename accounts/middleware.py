"""Puts every signed-in request inside one merchant: one transaction in which only that merchant's rows exist."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve

from accounts import keys, seats, selectors, tenancy
from accounts.models import Membership, Merchant

API = "/api/"
SAFE = {"GET", "HEAD", "OPTIONS"}
View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Mark a view that serves everybody's shoppers: it enters a merchant by itself, whoever is signed in."""
    view.is_public = True  # type: ignore[attr-defined]  # read by MerchantMiddleware
    return view


class MerchantMiddleware:
    """Sets `request.seat` and `request.merchant` (None for visitors), and works inside the merchant's context."""

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
            seat = selectors.seat_of(request.user, request.session.get(selectors.SHOP))
            request.seat, request.merchant = seat, seat.merchant if seat else None  # type: ignore[attr-defined]
            if seat is None:
                return self.get_response(request)
            with tenancy.merchant_context(seat.merchant_id):
                response = self.get_response(request)
            if response.status_code >= 500:
                # Django turns exceptions into responses before they reach us: undo the half-done work ourselves.
                transaction.set_rollback(True)
            return response

    def process_view(self, request: HttpRequest, _view: View, _args: object, _named: object) -> HttpResponse | None:
        """Refuse a change that the person's seat is not for; whatever the page shows, this decides."""
        seat: Membership | None = getattr(request, "seat", None)
        match = request.resolver_match
        if seat is None or match is None or request.method in SAFE:
            return None
        if seats.may_change(seat.role, match.app_name, match.url_name or ""):
            return None
        name, purpose = seats.WORDS[Membership.Role(seat.role)]
        refusal = f"Your seat here is {name}: {purpose} Ask an owner of {seat.merchant} for another seat."
        if request.path_info.startswith(API):
            return JsonResponse({"error": {"code": "wrong_seat", "message": refusal}}, status=403)
        raise PermissionDenied(refusal)

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
