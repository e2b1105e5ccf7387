"""Experiments for programs.

GET  /api/v1/experiments              all, newest first
POST /api/v1/experiments              write one down; the answer names its size
GET  /api/v1/experiments/{id}         plan, phases, last look, end
POST /api/v1/experiments/{id}/start   and  .../stop
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, Pages, error
from analytics import experiments, selectors
from analytics.experiments import NotPossible, Plan
from analytics.models import Experiment
from analytics.serializers import ExperimentRecord, ExperimentRequest, StopRequest
from generation.models import Placement


def _shown(found: list[Experiment]) -> list[dict[str, Any]]:
    places = {place for one in found for place in one.arms}
    names = {pk: str(public) for pk, public in Placement.objects.filter(pk__in=places).values_list("pk", "public_id")}
    return list(ExperimentRecord(found, many=True, context={"placements": names}).data)


class ExperimentList(ApiView):
    reads, writes = "reports:read", "reports:write"

    @extend_schema(operation_id="list_experiments", responses=ExperimentRecord(many=True))
    def get(self, request: Request) -> Response:
        """Every experiment of the merchant."""
        pages = Pages()
        found = pages.paginate_queryset(Experiment.objects.select_related("product", "winner"), request, view=self)
        return pages.get_paginated_response(_shown(found or []))

    @extend_schema(operation_id="draft_experiment", request=ExperimentRequest, responses={201: ExperimentRecord})
    def post(self, request: Request) -> Response:
        """Write one down. 409 when these placements cannot be compared."""
        sent = ExperimentRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        found = {one.public_id: one for one in Placement.objects.filter(public_id__in=given["arms"])}
        missing = [str(one) for one in given["arms"] if one not in found]
        if missing:
            return error("unknown_placement", f"No placement {missing[0]} exists.", status=404)
        arms = [selectors.arm_of(found[one]) for one in given["arms"]]
        plan = Plan(
            name=given["name"], contest=arms[0].contest, arms=[arm.placement_id for arm in arms],
            metric=given["metric"], lift=given["lift"], guardrails=given["guardrails"],
        )  # fmt: skip
        merchant = accounts_selectors.merchant_in(request._request)
        try:
            made = experiments.draft(merchant, plan, by=request.user.get_username())
        except NotPossible as problem:
            return error("not_possible", str(problem), status=409)
        return Response(_shown([made])[0], status=201)


class ExperimentOne(ApiView):
    reads = "reports:read"

    @extend_schema(operation_id="get_experiment", responses=ExperimentRecord)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """One experiment."""
        return Response(_shown([get_object_or_404(Experiment, public_id=public_id)])[0])


class ExperimentStart(ApiView):
    writes = "reports:write"

    @extend_schema(operation_id="start_experiment", request=None, responses=ExperimentRecord)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Start a draft with even shares. 409 when it cannot start."""
        experiment = get_object_or_404(Experiment, public_id=public_id)
        try:
            experiments.start(experiment, by=request.user.get_username())
        except NotPossible as problem:
            return error("not_possible", str(problem), status=409)
        return Response(_shown([experiment])[0])


class ExperimentStop(ApiView):
    writes = "reports:write"

    @extend_schema(operation_id="stop_experiment", request=StopRequest, responses=ExperimentRecord)
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """End it. 409 when it had ended before."""
        experiment = get_object_or_404(Experiment, public_id=public_id)
        sent = StopRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        by = request.user.get_username()
        if not experiments.stop(experiment, by=by, reason=sent.validated_data["reason"]):
            return error("ended", f"The experiment is {experiment.state} already.", status=409)
        return Response(_shown([experiment])[0])
