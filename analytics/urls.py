"""Addresses of analytics: the public tracking endpoints and product page, and the merchant's reports."""

from django.urls import URLPattern, path

from analytics import api, audience_views, experiment_api, experiment_views, report_api, shop, views

app_name = "analytics"
urlpatterns: list[URLPattern] = [
    path("api/v1/events", api.events, name="events"),
    path("api/v1/events/import", report_api.EventImport.as_view(), name="api_import_events"),
    path("api/v1/hooks/<uuid:public_id>/orders", api.orders, name="order_hook"),
    path("api/v1/decisions", api.decisions, name="decisions"),
    path("shop/<slug:slug>/<path:sku>/", shop.product_page, name="shop_product"),
    path("reports/", views.report_list, name="report_list"),
    path("reports/audiences/", audience_views.audience_list, name="audiences"),
    path("reports/audiences/<uuid:public_id>/remove/", audience_views.audience_remove, name="audience_remove"),
    path("reports/learning/", views.learning_list, name="learning"),
    path("reports/learning/decide/", views.learning_decide, name="learning_decide"),
    path("reports/<uuid:public_id>/experiment/", experiment_views.experiment_new, name="experiment_new"),
    path("reports/experiments/", experiment_views.experiment_list, name="experiment_list"),
    path("reports/experiments/<uuid:public_id>/", experiment_views.experiment_detail, name="experiment_detail"),
    path("reports/experiments/<uuid:public_id>/act/", experiment_views.experiment_act, name="experiment_act"),
    path("api/v1/products/<uuid:public_id>/report", report_api.ProductReport.as_view(), name="api_report"),
    path("api/v1/preferences", report_api.Preferences.as_view(), name="api_preferences"),
    path("api/v1/experiments", experiment_api.ExperimentList.as_view(), name="api_experiments"),
    path("api/v1/experiments/<uuid:public_id>", experiment_api.ExperimentOne.as_view(), name="api_experiment"),
    path("api/v1/experiments/<uuid:public_id>/start", experiment_api.ExperimentStart.as_view(), name="api_start"),
    path("api/v1/experiments/<uuid:public_id>/stop", experiment_api.ExperimentStop.as_view(), name="api_stop"),
    path("reports/<uuid:public_id>/", views.report_detail, name="report_detail"),
    path("reports/<uuid:public_id>/freeze/", views.report_freeze, name="report_freeze"),
    path("reports/<uuid:public_id>/frozen/<uuid:frozen>/", views.report_frozen, name="report_frozen"),
    path("reports/<uuid:public_id>/report.csv", views.report_csv, name="report_csv"),
    path("reports/<uuid:public_id>/report.json", views.report_json, name="report_json"),
]
