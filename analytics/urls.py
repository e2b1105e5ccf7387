"""Addresses of analytics: the public tracking endpoints and product page."""

from django.urls import URLPattern, path

from analytics import api, shop, views

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("api/v1/events", api.events, name="events"),
    path("api/v1/decisions", api.decisions, name="decisions"),
    path("shop/<slug:slug>/<path:sku>/", shop.product_page, name="shop_product"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/<uuid:public_id>/", views.report_detail, name="report_detail"),
]
