"""The rights register for programs.

GET  /api/v1/consents                 newest first; ?sku= those of one product
POST /api/v1/consents                 enter one
GET  /api/v1/consents/{id}
POST /api/v1/consents/{id}/withdraw   end it; says how many videos paused with it
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, Pages, error
from catalog import rights
from catalog.models import Clip, Consent, Image, Product


class ConsentRecord(serializers.ModelSerializer[Consent]):
    """A paper that allows a person or a brand to be shown. `void` says why it is not in force; "" while it is."""

    void = serializers.SerializerMethodField()

    class Meta:
        model = Consent
        fields = (
            "public_id", "kind", "name", "document", "use", "territory", "begins", "expires", "withdrawn",
            "withdrawn_because", "void", "created",
        )  # fmt: skip
        read_only_fields = fields

    def get_void(self, row: Consent) -> str:
        return rights.void(row)


class ConsentEntry(serializers.Serializer[dict[str, Any]]):
    """What to enter, and what it is for: SKUs, or SHA-256 of single photos and clips."""

    kind = serializers.ChoiceField(choices=Consent.Kind.values)
    name = serializers.CharField(max_length=120)
    document = serializers.CharField(max_length=300, help_text="where the signed paper is")
    use = serializers.ChoiceField(choices=Consent.Use.values, default="any")
    territory = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="country codes or EU; empty: everywhere"
    )
    begins = serializers.DateField()
    expires = serializers.DateField(required=False, allow_null=True, help_text="its last day")
    skus = serializers.ListField(child=serializers.CharField(max_length=120), default=list, max_length=10_000)
    pictures = serializers.ListField(child=serializers.CharField(max_length=64), default=list, max_length=1000)


class Withdrawal(serializers.Serializer[dict[str, str]]):
    because = serializers.CharField(max_length=300)


class Withdrawn(serializers.Serializer[dict[str, int]]):
    paused = serializers.IntegerField(help_text="videos taken back in the same moment")


class RightsView(ApiView):
    reads, writes = "catalog:read", "catalog:write"


class ConsentList(RightsView):
    @extend_schema(
        operation_id="list_consents",
        responses=ConsentRecord(many=True),
        parameters=[OpenApiParameter("sku", OpenApiTypes.STR, description="consents of this product")],
    )
    def get(self, request: Request) -> Response:
        """The register, newest first."""
        pages, found = Pages(), Consent.objects.all()
        if sku := request.query_params.get("sku"):
            found = found.filter(scopes__product__sku=sku).distinct()
        return pages.get_paginated_response(
            ConsentRecord(pages.paginate_queryset(found, request, view=self), many=True).data
        )

    @extend_schema(operation_id="enter_consent", request=ConsentEntry, responses={201: ConsentRecord})
    def post(self, request: Request) -> Response:
        """Enter a consent. Videos are checked against it from the next audit on."""
        sent = ConsentEntry(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        try:
            scope = _scope(given.pop("skus"), given.pop("pictures"))
            given["territory"] = rights.countries(given["territory"])
            consent = Consent(merchant=accounts_selectors.merchant_in(request._request), **given)
            rights.register(consent=consent, scope=scope, by=request.user.get_username())
        except rights.RightsError as problem:
            return error("not_a_consent", str(problem), status=422)
        return Response(ConsentRecord(consent).data, status=201)


class ConsentOne(RightsView):
    @extend_schema(operation_id="get_consent", responses=ConsentRecord)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """One consent."""
        return Response(ConsentRecord(get_object_or_404(Consent, public_id=public_id)).data)


class ConsentWithdraw(RightsView):
    @extend_schema(operation_id="withdraw_consent", request=Withdrawal, responses=Withdrawn)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """End a consent now. Every video built on it pauses in the same moment and can be made anew."""
        consent = get_object_or_404(Consent, public_id=public_id)
        sent = Withdrawal(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            paused = rights.withdraw(consent=consent, by=request.user.get_username(), **sent.validated_data)
        except rights.RightsError as problem:
            return error("not_withdrawn", str(problem), status=409)
        return Response({"paused": paused})


def _scope(skus: list[str], pictures: list[str]) -> rights.Scope:
    """Rows of what was named. Raises RightsError for a name nobody knows."""
    products = list(Product.objects.filter(sku__in=skus))
    images, clips = Image.objects.filter(sha256__in=pictures), Clip.objects.filter(sha256__in=pictures)
    known = {row.sku for row in products} | {row.sha256 for row in images} | {row.sha256 for row in clips}
    if unknown := {*skus, *pictures} - known:
        raise rights.RightsError(f"Nothing in the catalog is called {sorted(unknown)[0]}.")
    return rights.Scope(products=products, images=list(images), clips=list(clips))
