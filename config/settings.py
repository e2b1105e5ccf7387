"""One settings file. Every value has a default that runs on a laptop and a variable that points it at servers."""

from importlib.resources import files
from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env("VITRINE_HOME", default=str(BASE_DIR / ".var")))
"""Where the embedded servers, uploads and finished videos live when nothing else is configured."""

SECRET_KEY = env("SECRET_KEY", default="development-only-key-not-for-servers")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
"""Former keys, so that sessions and notes signed with them still hold."""
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "catalog",
    "generation",
    "review",
    "analytics",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.MerchantMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# The app connects as a role that row-level security binds; migrations run as the tables' owner
# (`manage.py migrate --database owner`). `config/embedded.py` provides both when nothing is set.
DATABASES = {
    "default": env.db("DATABASE_URL", default="postgresql://vitrine_app@127.0.0.1:5432/vitrine"),
}
DATABASES["owner"] = (
    env.db("DATABASE_OWNER_URL") if env("DATABASE_OWNER_URL", default="") else dict(DATABASES["default"])
)
for _database in DATABASES.values():
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = env("BROKER_URL", default="redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    "requeue-stalled-jobs": {"task": "generation.tasks.sweep", "schedule": env.float("SWEEP_SECONDS", default=3.0)},
    "resume-unattended-imports": {"task": "catalog.tasks.sweep", "schedule": 60.0},
    "recall-overtaken-videos": {"task": "generation.tasks.recall_overtaken", "schedule": 300.0},
    "recall-expired-rights": {"task": "catalog.tasks.end_expired_rights", "schedule": 300.0},
    "retry-webhooks": {"task": "accounts.tasks.sweep", "schedule": 10.0},
    "learn-from-shoppers": {"task": "analytics.tasks.learn_from_all", "schedule": 300.0},
}

JOB_HANDLERS = {
    "generate": "generation.making.Generate",
    "compose": "generation.making.Compose",
    "review": "review.job.ReviewHandler",
}
"""Who performs a job of each kind: the only place where the queue learns of the layers above it."""
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=20)
JOB_MAX_ATTEMPTS = 4

HOLDOUT_SHARE = env.float("HOLDOUT_SHARE", default=0.05)
"""Share of visitors who always get even shares, so that reports can say what ranking earns; 0 for none."""

WEBHOOK_LOOPBACK = env.bool("WEBHOOK_LOOPBACK", default=False)
"""Whether webhooks may lead to this machine, unencrypted and on any port: for development only."""

SIGNING_CERTIFICATES = env("SIGNING_CERTIFICATES", default="")
SIGNING_KEY = env("SIGNING_KEY", default="")
"""PEM files (chain with the signer's own certificate first, and its key) that finished videos are signed with. Without
them a development key is made in VITRINE_HOME, and every seal says so."""
SIGNING_FORMER_CERTIFICATES = env.list("SIGNING_FORMER_CERTIFICATES", default=[])
"""Chains that were signed with before, so that older seals are still known as ours."""
SIGNING_TIMESTAMPS = env("SIGNING_TIMESTAMPS", default="")
"""Address of an RFC 3161 time-stamping authority; "" for none."""
AIGC_PRODUCER = env("AIGC_PRODUCER", default="")
"""Name or code of the service provider in the AIGC label; "" for the merchant's name."""

STORAGES = env.json("STORAGES", default={})
STORAGES.setdefault("default", {"BACKEND": "django.core.files.storage.FileSystemStorage"})
STORAGES.setdefault("staticfiles", {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"})
MEDIA_ROOT = VAR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "config" / "static",
    ("fonts", str(files("fontpkg_inter") / "files")),
]
"""Our own files, and the interface font from its package."""

LANGUAGE_CODE = "en-us"
USE_TZ = True
TIME_ZONE = "UTC"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

MEDIA_ORIGINS = env.list("MEDIA_ORIGINS", default=[])
"""Where stored files are loaded from, if not from the dashboard's own address: the origin of an S3 bucket."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", *MEDIA_ORIGINS],
        "media-src": ["'self'", *MEDIA_ORIGINS],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
BEHIND_TLS = env.bool("BEHIND_TLS", default=False)
"""Whether a proxy in front ends TLS and sets X-Forwarded-Proto; cookies are then sent over TLS alone."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_CONTENT_TYPE_NOSNIFF = True

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.HasScope"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.handle_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Vitrine",
    "VERSION": "1",
    "DESCRIPTION": "From a listing to a ranked, truthful video. Keys are made with `manage.py api_key`.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

WITHDRAWN_WEIGHTS = env.list("WITHDRAWN_WEIGHTS", default=[])
"""Models whose videos may not be shown any more, by the first characters of their weights' SHA-256."""
ENGINE_WEIGHTS = Path(env("ENGINE_WEIGHTS", default=str(BASE_DIR / "model" / "weights")))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
