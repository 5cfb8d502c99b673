"""Settings of the site, all of them from the environment: `.env.example` lists each with its default."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from deploy.environment import Environment, SettingError, read_dotenv, stored_secret

BASE_DIR = Path(__file__).resolve().parent.parent
read_dotenv(BASE_DIR / ".env")
env = Environment(os.environ)

# Where things are ---------------------------------------------------------------------------------------------------
VAR_DIR = env.path("DEUKGEUN_VAR_DIR", BASE_DIR / "var")
HOST = env.text("DEUKGEUN_HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, low=1, high=65535)
PUBLIC_URL = env.url("DEUKGEUN_URL", ("http", "https"))  # the address people type, when it is not HOST:PORT
HTTPS = urlsplit(PUBLIC_URL).scheme == "https"
PROXIES = env.integer("DEUKGEUN_PROXIES", 0)  # how many proxies in front add to X-Forwarded-For

DEBUG = env.boolean("DEUKGEUN_DEBUG", False)
DATABASES = {"default": env.database("DATABASE_URL", VAR_DIR / "db.sqlite3")}
EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss"))

if not env.text("SECRET_KEY") and not EMBEDDED:
    raise SettingError("SECRET_KEY must be set when DATABASE_URL is: several processes have to share it.")
SECRET_KEY = env.text("SECRET_KEY") or stored_secret(VAR_DIR / "secret_key")

_public_host = [urlsplit(PUBLIC_URL).hostname or ""] if PUBLIC_URL else []
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]) + _public_host
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", []) + ([PUBLIC_URL] if PUBLIC_URL else [])

# What it is made of -------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "accounts",
    "diary",
    "workers",
    "frontend",  # before allauth, whose pages it replaces
    "deploy.apps.DeployConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "deploy.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.DeepInputMiddleware",
]
ROOT_URLCONF = "deploy.urls"
ASGI_APPLICATION = "deploy.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Languages and times ------------------------------------------------------------------------------------------------
LANGUAGES = [("en", _("English")), ("ko", _("Korean"))]
LANGUAGE_CODE = env.choice("DEUKGEUN_LANGUAGE", "en", [code for code, _name in LANGUAGES])
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
TIME_ZONE = env.time_zone("DEUKGEUN_TIME_ZONE", "UTC")  # of people who have not chosen theirs
USE_TZ = True

# People -------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "accounts.backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SIGNUP_OPEN = env.boolean("DEUKGEUN_SIGNUP_OPEN", True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.signup.SignupPreferencesForm"
# Without mail a self-hoster must still be able to sign up; "mandatory" is for sites that are open to the world.
ACCOUNT_EMAIL_VERIFICATION = env.choice("DEUKGEUN_EMAIL_VERIFICATION", "none", ["none", "mandatory"])
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
HEADLESS_CLIENTS = ("app", "browser")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES  # its limits count by address: without this all people would share one
DEFAULT_FROM_EMAIL = env.text("DEUKGEUN_FROM_EMAIL", "Deukgeun Diary <diary@localhost>")
globals().update(env.email("EMAIL_URL"))

# Limits -------------------------------------------------------------------------------------------------------------
MAX_CLIP_BYTES = env.integer("DEUKGEUN_MAX_CLIP_BYTES", 500 * 1024**2, low=1)
MAX_CLIP_SECONDS = env.integer("DEUKGEUN_MAX_CLIP_SECONDS", 600, low=1)
USER_QUOTA_BYTES = env.integer("DEUKGEUN_USER_QUOTA_BYTES", 10 * 1024**3, low=1)
UPLOAD_EXPIRES_S = env.integer("DEUKGEUN_UPLOAD_EXPIRES_S", 24 * 3600, low=60)
ANALYSIS_LIMIT_S = env.integer("DEUKGEUN_ANALYSIS_LIMIT_S", 600, low=10)
ANALYSIS_ATTEMPTS = env.integer("DEUKGEUN_ANALYSIS_ATTEMPTS", 3, low=1)
HEARTBEAT_EVERY_S = 2
HEARTBEAT_LOST_S = 12
# Those of inference, which no web process imports; the first one sees unless another is chosen.
ESTIMATORS = ["blazepose-full", "hrnet", "hrnet-w32-coco"]
POSE_ESTIMATOR = env.choice("DEUKGEUN_ESTIMATOR", ESTIMATORS[0], ESTIMATORS)
# Read by inference itself; here for the checks at the start.
FFMPEG = env.text("DEUKGEUN_FFMPEG", "ffmpeg")
FFPROBE = env.text("DEUKGEUN_FFPROBE", "ffprobe")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024**2
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "diary.api.upload_handlers.TidyUploadHandler",
]

# Files --------------------------------------------------------------------------------------------------------------
UPLOAD_ROOT = VAR_DIR / "uploads"  # parts of uploads that are not finished
MEDIA_ROOT = VAR_DIR / "media"  # never served as a folder: every file goes through a view that checks the owner
MEDIA_ACCEL_PREFIX = env.text("DEUKGEUN_MEDIA_ACCEL_PREFIX")  # nginx sends the file itself from this internal place
S3_BUCKET = env.text("DEUKGEUN_S3_BUCKET")
S3_ENDPOINT = env.url("DEUKGEUN_S3_ENDPOINT", ("http", "https"))  # empty: AWS
S3_REGION = env.text("DEUKGEUN_S3_REGION")
_LOCAL = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
_S3 = {
    "BACKEND": "storages.backends.s3.S3Storage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT or None,
        "region_name": S3_REGION or None,
        "access_key": env.text("AWS_ACCESS_KEY_ID") or None,
        "secret_key": env.text("AWS_SECRET_ACCESS_KEY") or None,
        "default_acl": "private",
        "file_overwrite": True,
    },
}
STORAGES = {
    "default": _S3 if S3_BUCKET else _LOCAL,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "deploy.storage.StaticStorage"
    },
}
STATIC_URL = "static/"
STATIC_ROOT = env.path("DEUKGEUN_STATIC_DIR", VAR_DIR / "static")  # in an image, part of the image
WHITENOISE_USE_FINDERS = DEBUG
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# Cache and queue ----------------------------------------------------------------------------------------------------
CACHES = {
    "default": {"BACKEND": "deploy.cache.PatientRedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
BROKER_DIR = VAR_DIR / "broker"  # messages, when there is no Redis
LOG_LEVEL = env.choice("DEUKGEUN_LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # A sweep every five seconds is not worth a line; what a run does is said by `workers`.
    "loggers": {
        name: {"level": "WARNING" if LOG_LEVEL == "INFO" else LOG_LEVEL}
        for name in ("celery.worker.strategy", "celery.worker.request", "celery.app.trace", "celery.beat")
    },
}

# Browser safety -----------------------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# API (pages of /api/docs/ are served from here, not from a CDN) -------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "diary.api.authentication.DeviceTokenAuthentication",
        "diary.api.authentication.AppSessionAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["diary.api.parsers.ShallowJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "diary.api.pagination.NewestFirst",
    "DEFAULT_SCHEMA_CLASS": "diary.api.schema.RefusalSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": "120/min",
        "user": "1200/min",
        "analyses": "120/min",
        "uploads": "240/min",
        "portraits": "20/min",
        "secrets": "10/min",
    },
    "EXCEPTION_HANDLER": "diary.api.problem.handle_exception",
    "NUM_PROXIES": PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Deukgeun Diary",
    "DESCRIPTION": (BASE_DIR / "diary" / "api" / "guide.md").read_text(encoding="utf-8"),
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "diary.api.schema.add_streams"],
    "ENUM_NAME_OVERRIDES": {
        "AnalysisStatus": "diary.models.Analysis.Status",
        "AnalysisStage": "diary.models.Analysis.Stage",
    },
}
