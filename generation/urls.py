"""Addresses of products and of making their videos."""

from django.urls import URLPattern, path

from generation import api, photo_views, rights_views, views

app_name = "generation"
urlpatterns: list[URLPattern] = [
    path("products/", views.product_list, name="product_list"),
    path("products/<uuid:public_id>/", views.product_detail, name="product_detail"),
    path("products/<uuid:public_id>/board/", views.product_board, name="product_board"),
    path("products/<uuid:public_id>/videos/", views.product_plan, name="product_plan"),
    path("products/<uuid:public_id>/parameters/", views.product_parameter, name="product_parameter"),
    path("products/<uuid:public_id>/sentences/", views.product_sentence, name="product_sentence"),
    path("products/<uuid:public_id>/answers/", views.product_answer, name="product_answer"),
    path("products/<uuid:public_id>/place/", photo_views.product_place, name="product_place"),
    path("products/<uuid:public_id>/photos/", photo_views.photo_add, name="photo_add"),
    path("products/<uuid:public_id>/clips/", rights_views.clip_add, name="clip_add"),
    path("clips/<uuid:public_id>/remove/", rights_views.clip_remove, name="clip_remove"),
    path("photos/<uuid:public_id>/cutout/", photo_views.photo_cutout, name="photo_cutout"),
    path("photos/<uuid:public_id>/confirm/", photo_views.photo_confirm, name="photo_confirm"),
    path("rights/", rights_views.rights_list, name="rights_list"),
    path("rights/<uuid:public_id>/", rights_views.rights_detail, name="rights_detail"),
    path("rights/<uuid:public_id>/withdraw/", rights_views.rights_withdraw, name="rights_withdraw"),
    path("videos/remake/", views.stale_remake, name="stale_remake"),
    path("videos/<uuid:public_id>/remake/", views.video_remake, name="video_remake"),
    path("videos/<uuid:public_id>/formats/", views.video_add_format, name="video_add_format"),
    path("videos/<uuid:public_id>/trim/", views.video_trim, name="video_trim"),
    path("videos/<uuid:public_id>/retry/", views.video_retry, name="video_retry"),
    path("api/v1/products/<uuid:public_id>/videos", api.ProductVideos.as_view(), name="api_plan"),
    path("api/v1/videos", api.VideoList.as_view(), name="api_videos"),
    path("api/v1/videos/<uuid:public_id>/formats", api.VideoFormats.as_view(), name="api_formats"),
    path("api/v1/videos/<uuid:public_id>/trims", api.VideoTrims.as_view(), name="api_trims"),
    path("api/v1/videos/<uuid:public_id>", api.VideoOne.as_view(), name="api_video"),
]
