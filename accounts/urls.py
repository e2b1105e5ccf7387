"""Addresses of webhooks."""

from django.urls import URLPattern, path

from accounts import views, webhook_api

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("webhooks/", views.webhook_list, name="webhook_list"),
    path("webhooks/<uuid:public_id>/", views.webhook_detail, name="webhook_detail"),
    path("webhooks/<uuid:public_id>/act/", views.webhook_act, name="webhook_act"),
    path("api/v1/webhooks", webhook_api.WebhookList.as_view(), name="api_webhooks"),
    path("api/v1/webhooks/<uuid:public_id>", webhook_api.WebhookOne.as_view(), name="api_webhook"),
    path("api/v1/webhooks/<uuid:public_id>/test", webhook_api.WebhookTest.as_view(), name="api_webhook_test"),
    path(
        "api/v1/webhooks/<uuid:public_id>/deliveries",
        webhook_api.WebhookDeliveries.as_view(),
        name="api_webhook_deliveries",
    ),
]
