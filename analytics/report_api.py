"""Reports for programs, and events from a merchant's own server.

GET  /api/v1/products/{id}/report   the current placement report of a product, or ?frozen=<digest>
GET  /api/v1/preferences            pairs of videos of which shoppers preferred one, for tuning a model
POST /api/v1/events/import          1 to 1000 events, up to 90 days old; orders need no signed note here
"""

import uuid
from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, error
from analytics import ingest, preferences
from analytics.models import Report
from analytics.stats.funnel import SURE


class EventImport(ApiView):
    writes = "reports:write"

    @extend_schema(operation_id="import_events", request=OpenApiTypes.OBJECT, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Store a batch of the shape that pages send to /api/v1/events; sending it again changes nothing."""
        merchant = accounts_selectors.merchant_in(request._request)
        try:
            receipt = ingest.receive(request._request.body, now=timezone.now(), server_of=merchant.pk)
        except ingest.BadBatch as problem:
            return error("bad_batch", str(problem), status=400)
        return Response(asdict(receipt), status=202)


class ProductReport(ApiView):
    reads = "reports:read"

    @extend_schema(
        operation_id="get_report",
        parameters=[OpenApiParameter("frozen", str, description="digest of a kept report")],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Verdict, health, arms with intervals, effects. 404 before the first shopper."""
        reports = Report.objects.filter(product__public_id=public_id)
        frozen = request.query_params.get("frozen")
        found = reports.exclude(frozen_by="").filter(digest=frozen) if frozen else reports.filter(frozen_by="")
        report = get_object_or_404(found)
        return Response({"digest": report.digest, "written": report.updated, "report": report.content})


class Preferences(ApiView):
    reads = "reports:read"

    @extend_schema(
        operation_id="list_preferences",
        parameters=[
            OpenApiParameter("sure", float, description=f"chance that a preference is no luck, from {SURE}"),
            OpenApiParameter("simulated", bool, description="include products with simulated shoppers"),
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        """Every pair with its evidence; never one with a video that was blocked."""
        try:
            sure = float(request.query_params.get("sure", SURE))
        except ValueError:
            sure = 0.0
        if not SURE <= sure < 1:
            return error("invalid", f"sure is a chance from {SURE} to below 1.", status=400)
        merchant = accounts_selectors.merchant_in(request._request)
        simulated = request.query_params.get("simulated") == "true"
        found: list[dict[str, Any]] = list(preferences.pairs(merchant, sure=sure, with_simulated=simulated))
        return Response({"pairs": found})
