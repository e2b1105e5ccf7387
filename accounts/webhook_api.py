"""Webhooks for programs.

GET    /api/v1/webhooks                    every address
POST   /api/v1/webhooks                    add one; the answer has its secret
DELETE /api/v1/webhooks/{id}
POST   /api/v1/webhooks/{id}/test          tell it something harmless
GET    /api/v1/webhooks/{id}/deliveries    the log, newest first
"""

import uuid
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors, webhooks
from accounts.api import ApiView, Pages, error
from accounts.models import Delivery, Webhook


class WebhookRecord(serializers.ModelSerializer[Webhook]):
    class Meta:
        model = Webhook
        fields = ("public_id", "url", "secret", "events", "failures", "disabled", "disabled_because", "created")
        read_only_fields = fields


class WebhookEntry(serializers.Serializer[dict[str, Any]]):
    url = serializers.CharField(max_length=1000, help_text="begins with https://")
    events = serializers.ListField(child=serializers.ChoiceField(choices=list(webhooks.EVENTS.items())), min_length=1)


class DeliveryRecord(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "public_id", "event", "state", "attempts", "next_try", "status", "answer", "milliseconds", "created",
        )  # fmt: skip
        read_only_fields = fields


class WebhooksView(ApiView):
    reads = writes = "webhooks:write"


class WebhookList(WebhooksView):
    @extend_schema(operation_id="list_webhooks", responses=WebhookRecord(many=True))
    def get(self, request: Request) -> Response:
        """Every address that is told of events."""
        pages = Pages()
        found = pages.paginate_queryset(Webhook.objects.all(), request, view=self)
        return pages.get_paginated_response(WebhookRecord(found, many=True).data)

    @extend_schema(operation_id="add_webhook", request=WebhookEntry, responses={201: WebhookRecord})
    def post(self, request: Request) -> Response:
        """Have an address told of events by POST: {"id", "event", "created", "data"}.

        Each carries `Vitrine-Signature: t=<unix seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of `<t>.<body>` under
        the secret in this answer. Compare it in constant time, refuse a `t` older than five minutes, answer 2xx within
        ten seconds, and drop an `id` you have seen. Anything else is tried again for about a day; 410, or twenty
        failures in a row, switch the webhook off.
        """
        sent = WebhookEntry(data=request.data)
        sent.is_valid(raise_exception=True)
        merchant, by = selectors.merchant_in(request._request), request.user.get_username()
        try:
            hook = webhooks.add(merchant=merchant, by=by, **sent.validated_data)
        except webhooks.WebhookError as problem:
            return error("not_a_webhook", str(problem), status=422, fields={"url": [str(problem)]})
        return Response(WebhookRecord(hook).data, status=201)


class WebhookOne(WebhooksView):
    @extend_schema(operation_id="remove_webhook", responses={204: None})
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """Forget an address and its log."""
        webhooks.remove(webhook=get_object_or_404(Webhook, public_id=public_id), by=request.user.get_username())
        return Response(status=204)


class WebhookTest(WebhooksView):
    @extend_schema(operation_id="test_webhook", request=None, responses={202: DeliveryRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Send the event `test`; its answer appears in the log."""
        delivery = webhooks.send_test(webhook=get_object_or_404(Webhook, public_id=public_id))
        return Response(DeliveryRecord(delivery).data, status=202)


class WebhookDeliveries(WebhooksView):
    @extend_schema(operation_id="list_deliveries", responses=DeliveryRecord(many=True))
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """What an address was told, and what it answered."""
        pages = Pages()
        log = get_object_or_404(Webhook, public_id=public_id).deliveries.all()
        found = pages.paginate_queryset(log, request, view=self)
        return pages.get_paginated_response(DeliveryRecord(found, many=True).data)
