"""Addresses of the team, of keys and of webhooks."""

from django.urls import URLPattern, path

from accounts import key_views, team_views, views, webhook_api
from accounts.middleware import public

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("team/", team_views.team, name="team"),
    path("team/<uuid:public_id>/", team_views.seat_act, name="seat_act"),
    path("team/invitations/<uuid:public_id>/withdraw/", team_views.invitation_withdraw, name="invitation_withdraw"),
    path("join/<str:token>/", public(team_views.join), name="join"),
    path("shops/<uuid:public_id>/enter/", team_views.enter, name="enter"),
    path("password/", team_views.Password.as_view(), name="password"),
    path("keys/", key_views.key_list, name="key_list"),
    path("keys/<uuid:public_id>/revoke/", key_views.key_revoke, name="key_revoke"),
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
