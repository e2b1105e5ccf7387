"""Videos for programs: plan them, watch them being made, fetch the files.

POST /api/v1/products/{id}/videos   plan the next batch and start making it
GET  /api/v1/videos                 newest first; ?state=published, ?sku=
GET  /api/v1/videos/{id}            one video with its files
POST /api/v1/videos/{id}/formats    the same film in one more format, as a video of its own
POST /api/v1/videos/{id}/trims      the same film without a stretch of it, as a video of its own
"""

import uuid

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import ApiView, Pages, error
from catalog.models import Product
from generation import services, trimming
from generation.models import Video
from generation.prompts.locales import UnknownLocaleError
from generation.serializers import FormatRequest, PlanRequest, TrimRequest, VideoRecord


class VideosView(ApiView):
    reads, writes = "videos:read", "videos:write"


class ProductVideos(VideosView):
    @extend_schema(operation_id="plan_videos", request=PlanRequest, responses={202: VideoRecord(many=True)})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Plan the next videos of a product and start making them. 422 says what the product lacks."""
        product = get_object_or_404(Product, public_id=public_id)
        sent = PlanRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            videos = services.plan_product(product=product, **sent.validated_data)
        except (services.CannotPlan, UnknownLocaleError) as problem:
            return error("cannot_plan", str(problem), status=422)
        services.start(videos)
        return Response(VideoRecord(videos, many=True).data, status=202)


class VideoList(VideosView):
    @extend_schema(
        operation_id="list_videos",
        responses=VideoRecord(many=True),
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=Video.State.values),
            OpenApiParameter("sku", OpenApiTypes.STR, description="videos of this product"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Videos, newest first."""
        wanted = {"state": "state", "sku": "variant__product__sku"}
        given = {field: request.query_params[name] for name, field in wanted.items() if name in request.query_params}
        pages = Pages()
        found = pages.paginate_queryset(_videos().filter(**given), request, view=self)
        return pages.get_paginated_response(VideoRecord(found, many=True).data)


class VideoOne(VideosView):
    @extend_schema(operation_id="get_video", responses=VideoRecord)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """One video: its plan, its state, its files."""
        return Response(VideoRecord(get_object_or_404(_videos(), public_id=public_id)).data)


class VideoFormats(VideosView):
    @extend_schema(operation_id="add_format", request=FormatRequest, responses={202: VideoRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Start making the same film in one more format. 422 says why this film cannot have it."""
        video = get_object_or_404(_videos(), public_id=public_id)
        sent = FormatRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            added = services.add_format(video=video, frame_format=sent.validated_data["format"], by="api")
        except services.CannotPlan as problem:
            return error("cannot_plan", str(problem), status=422)
        return Response(VideoRecord(added).data, status=202)


class VideoTrims(VideosView):
    @extend_schema(operation_id="trim_video", request=TrimRequest, responses={202: VideoRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Start making the same film without the seconds from `start` to `end`. 422 says why it cannot be cut."""
        video = get_object_or_404(_videos(), public_id=public_id)
        sent = TrimRequest(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            shorter = trimming.trim(video=video, by="api", **sent.validated_data)
        except services.CannotPlan as problem:
            return error("cannot_plan", str(problem), status=422)
        return Response(VideoRecord(shorter).data, status=202)


def _videos() -> QuerySet[Video]:
    return Video.objects.select_related("variant__product").prefetch_related("cuts__signed")
