"""What every endpoint of the API shares: who may call it, how pages are cut, how an error looks.

Keys travel as ``Authorization: Bearer vt_...``; the dashboard's own session works too. Errors have one shape:
{"error": {"code": ..., "message": ..., "fields": {...}}}.
"""

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, pagination, views
from rest_framework.response import Response


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself by being defined
    target_class = "accounts.authentication.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API key of the merchant: vt_..."}


class ApiView(views.APIView):
    """Base of every endpoint: names the scope that reading and the scope that writing needs."""

    reads: ClassVar[str] = ""
    writes: ClassVar[str] = ""


class Pages(pagination.CursorPagination):
    """50 rows a page, 500 at most, newest first; `next` is an address that stays right while rows are added."""

    page_size = 50
    max_page_size = 500
    page_size_query_param = "limit"
    ordering = "-id"


def error(code: str, message: str, *, status: int, fields: dict[str, Any] | None = None) -> Response:
    """The one shape of every error."""
    body: dict[str, Any] = {"code": code, "message": message}
    return Response({"error": body | ({"fields": fields} if fields else {})}, status=status)


def handle_exception(problem: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exceptions in our shape; None leaves an unexpected one to Django."""
    response = views.exception_handler(problem, context)
    if response is None:
        return None
    if isinstance(problem, exceptions.ValidationError):
        fields = problem.detail if isinstance(problem.detail, dict) else {"request": problem.detail}
        first = next(iter(fields.values()))
        words = str(first[0] if isinstance(first, list) else first)
        shaped = error("invalid", words, status=response.status_code, fields=fields)
    else:
        detail = getattr(problem, "detail", problem)
        shaped = error(getattr(detail, "code", "not_found"), str(detail), status=response.status_code)
    for name, value in response.headers.items():
        shaped.headers.setdefault(name, value)
    return shaped
