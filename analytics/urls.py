"""Addresses of analytics: the public tracking endpoints and product page, and the merchant's reports."""

from django.urls import URLPattern, path

from analytics import api, shop, views

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("api/v1/events", api.events, name="events"),
    path("api/v1/decisions", api.decisions, name="decisions"),
    path("shop/<slug:slug>/<path:sku>/", shop.product_page, name="shop_product"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/learning/", views.learning_list, name="learning"),
    path("reports/learning/decide/", views.learning_decide, name="learning_decide"),
    path("reports/<uuid:public_id>/", views.report_detail, name="report_detail"),
    path("reports/<uuid:public_id>/freeze/", views.report_freeze, name="report_freeze"),
    path("reports/<uuid:public_id>/frozen/<uuid:frozen>/", views.report_frozen, name="report_frozen"),
    path("reports/<uuid:public_id>/report.csv", views.report_csv, name="report_csv"),
    path("reports/<uuid:public_id>/report.json", views.report_json, name="report_json"),
]
