"""Reports for programs.

GET /api/v1/products/{id}/report   the current placement report of a product, or ?frozen=<digest>
GET /api/v1/preferences            pairs of videos of which shoppers preferred one, for tuning a model
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, error
from analytics import preferences
from analytics.models import Report
from analytics.stats.funnel import SURE


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
