"""The tracking endpoints: public, without session or cookie, readable by any shop's script.

POST /api/v1/events      1 to 1000 events; answers 202 with what was accepted, a duplicate, or refused and why
POST /api/v1/decisions   which variant 1 to 1000 visitors of one product should see: signed notes, and the films
POST /api/v1/hooks/{id}/orders   an order or refund from a merchant's shop system, signed as `analytics.orders` says

Errors have one shape: {"error": {"code": ..., "message": ...}}.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts import tenancy
from accounts.middleware import public
from analytics import ingest, order_hooks, orders_in, serving
from analytics.models import Source

_BOT = re.compile(r"bot\b|crawl|spider|slurp|headless|lighthouse|preview|curl/|wget/", re.IGNORECASE)
_OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
"""Any page may send: no cookie is read, and only signed notes are believed."""

View = Callable[..., HttpResponse]


def _post(view: View) -> View:
    """Only POST, open to every origin, no CSRF token: there is no session to ride on."""

    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=_OPEN)
        if request.method != "POST":
            response: HttpResponse = _error(405, "method_not_allowed", "Send a POST request.")
        else:
            try:
                response = view(request, **named)
            except RequestDataTooBig:
                response = _error(413, "too_large", "Send at most 1000 events or visitors in one request.")
        for name, value in _OPEN.items():
            response[name] = value
        return response

    return public(csrf_exempt(guarded))


@_post
def events(request: HttpRequest) -> HttpResponse:
    """Store a batch of events; sendBeacon's text/plain is welcome."""
    try:
        receipt = ingest.receive(request.body, now=timezone.now(), is_bot=is_bot(request))
    except ingest.BadBatch as error:
        return _error(400, "bad_batch", str(error))
    return JsonResponse(asdict(receipt), status=202)


@_post
def decisions(request: HttpRequest) -> HttpResponse:
    """Choose a variant for each visitor of one product page."""
    try:
        ask = _ask(request.body)
    except ValueError as error:
        return _error(400, "bad_request", str(error))
    visitors = [ingest.visitor_hash(visitor) for visitor in ask.pop("visitors")]
    source = Source.SIMULATED if ask.pop("simulated") else Source.LIVE
    try:
        shown = serving.decide_for(serving.Spot(**ask), visitors, source=source)
    except serving.UnknownAudience as error:
        return _error(400, "unknown_audience", str(error))
    if shown is None:
        return _error(404, "nothing_to_show", f"No live video of {ask['sku']} at {ask['merchant']}.")
    rows = [{"placement": str(one.arm.public_id), "decision": one.note} for one in shown]
    films = {str(one.arm.public_id): one for one in shown}
    return JsonResponse({"decisions": rows, "videos": {name: _film(request, one) for name, one in films.items()}})


def _film(request: HttpRequest, shown: serving.Shown) -> dict[str, object]:
    """What a page needs to show it."""
    film = shown.film
    poster = request.build_absolute_uri(default_storage.url(film.poster)) if film.poster else None
    return {
        "video": str(shown.arm.video),
        "file": request.build_absolute_uri(default_storage.url(film.file)),
        "poster": poster,
        "width": film.width,
        "height": film.height,
    }


@_post
def orders(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one message of a shop system. 401 unless it is signed with the hook's secret, minutes ago at most."""
    now, hook = timezone.now(), order_hooks.find(public_id)
    if hook is None or not order_hooks.is_signed(hook, request.headers.get("Vitrine-Signature", ""), request.body, now):
        return _error(401, "bad_signature", "The message is not signed with the secret of this address, or is old.")
    try:
        with tenancy.merchant_context(hook.merchant_id):
            receipt = orders_in.take(hook.merchant_id, request.body, now=now)
    except orders_in.BadMessage as error:
        return _error(400, "bad_message", str(error))
    return JsonResponse(asdict(receipt), status=202)


def is_bot(request: HttpRequest) -> bool:
    """Whether the caller says of itself that it is a program; such events are kept apart and never counted."""
    agent = request.headers.get("User-Agent", "")
    return not agent or bool(_BOT.search(agent))


_TEXTS = {"merchant": 60, "sku": 120, "locale": 12, "format": 10, "channel": 40, "audience": 40}
_DEFAULTS: dict[str, Any] = {"locale": "", "format": "wide", "channel": "shop", "audience": "", "simulated": False}


def _ask(body: bytes) -> dict[str, Any]:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"The body is not JSON: {error}.") from error
    fields = {*_TEXTS, "visitors", "simulated"}
    if not isinstance(sent, dict) or not sent.keys() <= fields:
        raise ValueError(f"The body must be an object with the fields {sorted(fields)}.")
    ask = {**_DEFAULTS, **sent}
    for name, longest in _TEXTS.items():
        if not isinstance(ask.get(name), str) or len(ask[name]) > longest or not ask[name].isprintable():
            raise ValueError(f"{name} must be a text of at most {longest} printable characters.")
    visitors = ask.get("visitors")
    if not isinstance(visitors, list) or not 1 <= len(visitors) <= ingest.LARGEST_BATCH:
        raise ValueError(f"visitors must be a list of 1 to {ingest.LARGEST_BATCH} texts.")
    if not all(isinstance(one, str) and 8 <= len(one) <= 100 for one in visitors):
        raise ValueError("A visitor is a random text of 8 to 100 characters.")
    if not isinstance(ask["simulated"], bool):
        raise ValueError("simulated is true or false.")
    return ask


def _error(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)
