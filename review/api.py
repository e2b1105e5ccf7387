"""Audits and decisions for programs.

GET  /api/v1/videos/{id}/audits      what was measured in each file
POST /api/v1/videos/{id}/decisions   a named person's yes or no, or a yes taken back
GET  /api/v1/videos/{id}/takedowns   what the platform stopped it for, newest first
POST /api/v1/videos/{id}/takedowns   appeal against the newest one
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, error
from generation.models import Video
from review import deciding, selectors
from review.models import Takedown
from review.oversight import cases
from review.serializers import AppealRecord, AuditRecord, DecisionRequest, TakedownRecord


class VideoAudits(ApiView):
    reads = "videos:read"

    @extend_schema(operation_id="list_audits", responses=AuditRecord(many=True))
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """The newest audit of every file of a video, with its findings."""
        audits = selectors.audits_of(get_object_or_404(Video, public_id=public_id))
        return Response(AuditRecord(list(audits.values()), many=True).data)


class VideoDecisions(ApiView):
    writes = "review:write"

    @extend_schema(operation_id="decide_video", request=DecisionRequest, responses={204: None})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Approve, reject or withdraw. 409 when its audits or an earlier decision do not allow that."""
        video = get_object_or_404(Video, public_id=public_id)
        sent = DecisionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        try:
            is_done = _decided(video, given)
        except deciding.NotApprovable as problem:
            return error("not_approvable", str(problem), status=409)
        if not is_done:
            words = {"reject": "rejected", "withdraw": "withdrawn: it carries no approval"}[given["verdict"]]
            return error("decided", f"The video is {video.state} and cannot be {words}.", status=409)
        return Response(status=204)


class VideoTakedowns(ApiView):
    reads, writes = "videos:read", "review:write"

    @extend_schema(operation_id="list_takedowns", responses=TakedownRecord(many=True))
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """The takedowns of a video with appeals and rulings, newest first."""
        rows = cases.cases_of(get_object_or_404(Video, public_id=public_id))
        return Response(TakedownRecord(rows, many=True).data)

    @extend_schema(operation_id="appeal", request=AppealRecord, responses={201: TakedownRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Appeal against the newest takedown, once. 409 when there is none, or it was appealed before."""
        rows = cases.cases_of(get_object_or_404(Video, public_id=public_id))
        sent = AppealRecord(data=request.data)
        sent.is_valid(raise_exception=True)
        if not rows:
            return error("not_taken_down", "Nobody took this video down.", status=409)
        try:
            cases.appeal(takedown=rows[0], **sent.validated_data)
        except cases.CaseError as problem:
            return error("not_appealable", str(problem), status=409)
        return Response(TakedownRecord(Takedown.objects.get(pk=rows[0].pk)).data, status=201)


def _decided(video: Video, given: dict[str, Any]) -> bool:
    """Carry a decision out; False when the video's state does not allow it any more."""
    if given["verdict"] == "reject":
        return deciding.reject(video=video, by=given["by"], reason=given["reason"])
    if given["verdict"] == "withdraw":
        return deciding.withdraw(video=video, by=given["by"], reason=given["reason"])
    deciding.approve(video=video, approver=given["by"], reason=given["reason"], is_shown=given["is_shown"])
    return True
