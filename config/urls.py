"""Every address of the product."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.media import media

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("login/", LoginView.as_view(template_name="accounts/login.html"), name="login"),
    path("media/<path:name>", media, name="media"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("", include("catalog.urls")),
    path("", include("generation.urls")),
    path("", include("review.urls")),
    path("", include("analytics.urls")),
]
