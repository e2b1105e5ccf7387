"""Addresses of uploads. Products themselves are shown one layer up, with their videos."""

from django.urls import URLPattern, path

from accounts.middleware import public
from catalog import api, rights_api, upload_api, views

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/sizes.csv", views.size_sheet, name="size_sheet"),
    path("imports/<uuid:public_id>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:public_id>/progress/", views.import_progress, name="import_progress"),
    path("imports/<uuid:public_id>/pause/", views.import_pause, name="import_pause"),
    path("imports/<uuid:public_id>/cancel/", views.import_cancel, name="import_cancel"),
    path("imports/<uuid:public_id>/decide/", views.import_decide, name="import_decide"),
    path("imports/<uuid:public_id>/forget/", views.import_forget, name="import_forget"),
    path("imports/<uuid:public_id>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<uuid:public_id>/problems.csv", views.import_problems, name="import_problems"),
    path("api/v1/imports", api.ImportList.as_view(), name="api_imports"),
    path("api/v1/imports/<uuid:public_id>", api.ImportDetail.as_view(), name="api_import"),
    path("api/v1/imports/<uuid:public_id>/confirm", api.ImportConfirm.as_view(), name="api_import_confirm"),
    path("api/v1/imports/<uuid:public_id>/choices", api.ImportChoices.as_view(), name="api_import_choices"),
    path("api/v1/imports/<uuid:public_id>/problems", api.ImportProblems.as_view(), name="api_import_problems"),
    path("api/v1/uploads", upload_api.Uploads.as_view(), name="api_uploads"),
    path("api/v1/uploads/complete", upload_api.UploadComplete.as_view(), name="api_upload_complete"),
    path("api/v1/uploads/file", public(upload_api.UploadDoor.as_view()), name="api_upload_file"),
    path("api/v1/consents", rights_api.ConsentList.as_view(), name="api_consents"),
    path("api/v1/consents/<uuid:public_id>", rights_api.ConsentOne.as_view(), name="api_consent"),
    path("api/v1/consents/<uuid:public_id>/withdraw", rights_api.ConsentWithdraw.as_view(), name="api_withdraw"),
    path("api/v1/products", api.ProductList.as_view(), name="api_products"),
    path("api/v1/products/<uuid:public_id>", api.ProductOne.as_view(), name="api_product"),
    path("api/v1/products/<uuid:public_id>/parameters", api.ProductParameters.as_view(), name="api_parameters"),
]
