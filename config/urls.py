"""Every address of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from accounts.middleware import public
from config import views
from config.media import media

openapi = public(SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]))

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("login/", LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("media/<path:name>", media, name="media"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("api/v1/openapi.yaml", openapi, name="openapi"),
    path("", include("accounts.urls")),
    path("", include("catalog.urls")),
    path("", include("generation.urls")),
    path("", include("review.urls")),
    path("", include("analytics.urls")),
]
