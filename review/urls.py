"""Addresses where videos are watched and decided."""

from django.urls import URLPattern, path

from review import api, views
from review.arena import views as arena
from review.oversight import views as platform
from review.provenance import views as verify

app_name = "review"
urlpatterns: list[URLPattern] = [
    path("videos/", views.video_list, name="video_list"),
    path("videos/<uuid:public_id>/", views.video_detail, name="video_detail"),
    path("videos/<uuid:public_id>/progress/", views.video_progress, name="video_progress"),
    path("videos/<uuid:public_id>/approve/", views.video_approve, name="video_approve"),
    path("videos/<uuid:public_id>/reject/", views.video_reject, name="video_reject"),
    path("videos/<uuid:public_id>/show/", views.video_show, name="video_show"),
    path("videos/<uuid:public_id>/check/", views.video_check, name="video_check"),
    path("videos/<uuid:public_id>/again/", views.video_again, name="video_again"),
    path("videos/<uuid:public_id>/withdraw/", views.video_withdraw, name="video_withdraw"),
    path("videos/<uuid:public_id>/appeal/", views.video_appeal, name="video_appeal"),
    path("review/", views.queue_list, name="queue_list"),
    path("verify/", verify.verify, name="verify"),
    path("platform/", platform.live, name="platform"),
    path("platform/rules/", platform.rules, name="platform_rules"),
    path("platform/<uuid:merchant>/videos/<uuid:video>/", platform.case, name="platform_case"),
    path("platform/<uuid:merchant>/videos/<uuid:video>/take-down/", platform.take_down, name="platform_take_down"),
    path("platform/<uuid:merchant>/takedowns/<uuid:takedown>/", platform.decide, name="platform_decide"),
    path("arena/", arena.pair, name="arena"),
    path("arena/seen/left/", arena.seen, {"side": "left"}, name="arena_seen_left"),
    path("arena/seen/right/", arena.seen, {"side": "right"}, name="arena_seen_right"),
    path("arena/vote/", arena.vote, name="arena_vote"),
    path("arena/plant/<uuid:public_id>/", arena.plant, name="arena_plant"),
    path("arena/results/", arena.results, name="arena_results"),
    path("api/v1/videos/<uuid:public_id>/audits", api.VideoAudits.as_view(), name="api_audits"),
    path("api/v1/videos/<uuid:public_id>/decisions", api.VideoDecisions.as_view(), name="api_decisions"),
    path("api/v1/videos/<uuid:public_id>/takedowns", api.VideoTakedowns.as_view(), name="api_takedowns"),
]
