"""Direct uploads for programs.

POST /api/v1/uploads            where to send a feed, image or clip; S3's own door, or ours
POST /api/v1/uploads/file       our own door, with the ticket in the address
POST /api/v1/uploads/complete   it is there: take it
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, error
from catalog import uploads
from catalog.models import Product

ENVELOPE = 64 * 1024
"""Bytes that multipart form data may add to a file."""


class UploadOrder(serializers.Serializer[dict[str, Any]]):
    kind = serializers.ChoiceField(choices=list(uploads.KINDS))
    name = serializers.CharField(max_length=200, help_text="with its ending")
    size = serializers.IntegerField(min_value=1, help_text="bytes; exactly so many are taken")
    product = serializers.UUIDField(required=False, help_text="which product an image or a clip shows")


class UploadPlace(serializers.Serializer[dict[str, Any]]):
    """POST `url` as multipart form data: every one of `fields` first, then the bytes as `file`. Then complete."""

    ticket = serializers.CharField()
    url = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField())  # type: ignore[assignment]  # the name S3 tools use


class UploadTicket(serializers.Serializer[dict[str, str]]):
    ticket = serializers.CharField(max_length=4000)


class UploadTaken(serializers.Serializer[dict[str, Any]]):
    """The import (ask it until it is `checked`), image or clip that was made of it."""

    kind = serializers.CharField()
    id = serializers.UUIDField()


class Uploads(ApiView):
    writes = "catalog:write"

    @extend_schema(operation_id="order_upload", request=UploadOrder, responses={201: UploadPlace})
    def post(self, request: Request) -> Response:
        """Ask where to send a file. Size and type are held to what is said here; the answer is valid for 30 minutes."""
        sent = UploadOrder(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        wanted: uuid.UUID | None = given.pop("product", None)
        product = get_object_or_404(Product, public_id=wanted) if wanted else None
        merchant, door = accounts_selectors.merchant_in(request._request), reverse("catalog:api_upload_file")
        try:
            place = uploads.order(merchant=merchant, product=product, door=request.build_absolute_uri(door), **given)
        except uploads.UploadError as problem:
            return error("not_taken", str(problem), status=422)
        return Response({"ticket": place.ticket, "url": place.url, "fields": dict(place.fields)}, status=201)


class UploadComplete(ApiView):
    writes = "catalog:write"

    @extend_schema(operation_id="complete_upload", request=UploadTicket, responses={202: UploadTaken})
    def post(self, request: Request) -> Response:
        """Say that the file was sent. A feed is checked like any other; 409 while it is not there."""
        sent = UploadTicket(data=request.data)
        sent.is_valid(raise_exception=True)
        merchant, by = accounts_selectors.merchant_in(request._request), request.user.get_username()
        try:
            kind, made = uploads.complete(merchant=merchant, token=sent.validated_data["ticket"], by=by)
        except uploads.UploadError as problem:
            return error("not_completed", str(problem), status=409)
        return Response({"kind": kind, "id": str(made)}, status=202)


class UploadDoor(ApiView):
    """Where files on disk stand in for S3: the ticket is the key, as a presigned address would be."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    parser_classes = (MultiPartParser,)

    @extend_schema(exclude=True)
    def post(self, request: Request) -> Response:
        """Keep the file of a ticket; nothing is read of a body that is larger than what was ordered."""
        try:
            ticket = uploads.opened(request.query_params.get("ticket", ""))
            announced = int(request.META.get("CONTENT_LENGTH") or 0)
            if not 0 < announced <= ticket.size + ENVELOPE:
                raise uploads.UploadError(f"{ticket.name} was ordered with {ticket.size:,} bytes.")
            file = request.FILES.get("file")
            if file is None:
                raise uploads.UploadError("Send the bytes as the form field file.")
            uploads.receive(ticket=ticket, file=file)
        except uploads.UploadError as problem:
            return error("not_taken", str(problem), status=403)
        return Response(status=204)
