"""Who may call the API: a program with a key, within the key's scopes, or a person of the merchant's team."""

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.keys import Holder


class Program(AnonymousUser):
    """The "user" of a request with a key: signs what it does with the key's name."""

    def __init__(self, holder: Holder) -> None:
        super().__init__()
        self.username = f"key: {holder.name}"  # type: ignore[assignment]  # Django types it as always ""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]  # Django types it as always False
        return True


class KeyAuthentication(BaseAuthentication):
    """Takes over what the middleware found out about the request's key."""

    def authenticate(self, request: Request) -> tuple[Program, Holder] | None:
        holder: Holder | None = getattr(request._request, "api_key", None)
        return (Program(holder), holder) if holder else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """A key needs the scope of the endpoint; a person of the merchant's team needs none."""

    def has_permission(self, request: Request, view: object) -> bool:
        if getattr(request._request, "merchant", None) is None:
            return False
        if not isinstance(request.auth, Holder):
            return bool(request.user and request.user.is_authenticated)
        wanted: str = getattr(view, "reads" if request.method in SAFE_METHODS else "writes")
        if wanted not in request.auth.scopes:
            raise PermissionDenied(f"This key lacks the scope {wanted}.")
        return True
