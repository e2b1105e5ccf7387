"""Audits and decisions for programs.

GET  /api/v1/videos/{id}/audits      what was measured in each file
POST /api/v1/videos/{id}/decisions   a named person's yes or no
"""

import uuid

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, error
from generation.models import Video
from review import deciding, selectors
from review.serializers import AuditRecord, DecisionRequest


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
        """Approve or reject a video. 409 when its audits or an earlier decision do not allow that."""
        video = get_object_or_404(Video, public_id=public_id)
        sent = DecisionRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        if given["verdict"] == "reject":
            if not deciding.reject(video=video, by=given["by"], reason=given["reason"]):
                return error("decided", f"The video is {video.state}: it cannot be rejected any more.", status=409)
            return Response(status=204)
        try:
            deciding.approve(video=video, approver=given["by"], reason=given["reason"], is_shown=given["is_shown"])
        except deciding.NotApprovable as problem:
            return error("not_approvable", str(problem), status=409)
        return Response(status=204)
