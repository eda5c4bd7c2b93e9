"""Read every setting from the environment; .env.example lists and explains each of them.

Importing this module starts nothing and writes nothing.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from apps.backoffice import navigation
from apps.core.outbound import addresses
from billing_site import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def secret_key() -> str:
    """Return SECRET_KEY, or the key that scripts/setup made for this checkout; raise when there is neither."""
    kept = VAR_DIR / "secret_key"
    key: str = env.str("SECRET_KEY", default="") or (kept.read_text().strip() if kept.exists() else "")
    if not key:
        raise ImproperlyConfigured("Set SECRET_KEY, or run scripts/setup once: it makes a key for this checkout.")
    return key


def private_networks() -> list[str]:
    """Return OUTBOUND_ALLOWED_NETWORKS; raise where one of them is no network."""
    named: list[str] = env.list("OUTBOUND_ALLOWED_NETWORKS", default=[])
    try:
        addresses.networks(named)
    except ValueError as fault:
        raise ImproperlyConfigured(f"OUTBOUND_ALLOWED_NETWORKS: {fault}") from None
    return named


SECRET_KEY = secret_key()
# What encrypts the secrets that must be sent again, newest first; none takes a key made from SECRET_KEY.
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[])
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "billing_site.apps.FrameConfig",
    "apps.backoffice.theme.ThemeConfig",
    "unfold.contrib.filters",
    "apps.backoffice.theme.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_standardized_errors",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.core",
    "apps.tenancy",
    "apps.outbox",
    "apps.accounts",
    "apps.catalog",
    "apps.subscriptions",
    "apps.usage",
    "apps.invoicing",
    "apps.delivery",
    "apps.portal",
    "apps.api",
    "apps.backoffice",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.OrganizationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "billing_site.urls"
WSGI_APPLICATION = "billing_site.wsgi.application"
ASGI_APPLICATION = "billing_site.asgi.application"

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

# A request is never one transaction: operations own theirs (DESIGN §3).
DATABASES = {
    "default": env.db("DATABASE_URL") if env.str("DATABASE_URL", default="") else embedded.connection_settings()
}
DATABASES["default"]["ENGINE"] = "apps.core.postgresql"
DATABASES["default"].setdefault("ATOMIC_REQUESTS", False)
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)
# No session state in PostgreSQL, so that PgBouncer in transaction mode works.
DATABASES["default"].setdefault("DISABLE_SERVER_SIDE_CURSORS", True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["apps.accounts.sign_in.EmailBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "apps.backoffice.formats"

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(VAR_DIR / "static"))
# With collectstatic done (production), names carry hashes; without it files come straight from the packages.
STATIC_COLLECTED = env.bool("STATIC_COLLECTED", default=False)
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Mail: one .eml file per message until EMAIL_URL names a server (smtp+tls://user:password@host:587).
MAIL_DIR = env.str("MAIL_DIR", default=str(VAR_DIR / "mail"))
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "apps.delivery.file_mail.EmailBackend"
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_SECONDS", default=20)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="billing@localhost")

# The process that draws PDFs: how much processor time one may take, and how much memory it may map. By the clock it may
# take twice as long, which has to end before a job's lease of five minutes does.
PDF_SECONDS = env.int("PDF_SECONDS", default=120)
PDF_MEMORY_MB = env.int("PDF_MEMORY_MB", default=1024)

# Celery: Redis when REDIS_URL is set, else files below var/. Tasks are hints; truth is in rows.
REDIS_URL = env.str("REDIS_URL", default="")
BROKER_DIR = Path(env.str("BROKER_DIR", default=str(VAR_DIR / "broker")))

OUTBOX_WIRING = "billing_site.wiring.HANDLERS"

# Whom we call: the public internet over TLS, and private networks only where they are named.
OUTBOUND_ALLOWED_NETWORKS = private_networks()
OUTBOUND_ALLOWED_PORTS = env.list("OUTBOUND_ALLOWED_PORTS", cast=int, default=[443, 80])
OUTBOUND_PLAIN_HTTP = env.bool("OUTBOUND_PLAIN_HTTP", default=False)

PGHISTORY_MIDDLEWARE_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=0)
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("MAX_BODY_BYTES", default=10 * 1024 * 1024)

UNFOLD = navigation.UNFOLD

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.accounts.api_keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.accounts.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.core.json_body.JSONBody"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.core.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tallybook",
    "DESCRIPTION": "Keep the catalog, record usage, and read customers and invoices. Numbers and amounts are "
    "decimal text; instants carry an offset; lists come newest first, a page at a time. Every refusal is a problem "
    "(RFC 9457).",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"validatorUrl": None, "persistAuthorization": False, "displayOperationId": True},
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": {
        "AddOnKind": "apps.catalog.models.AddOn.Kind",
        "CreditNoteKind": "apps.invoicing.models.CreditNote.Kind",
        "FeatureKind": "apps.catalog.models.Feature.Kind",
        "InvoiceStatus": "apps.invoicing.models.Invoice.Status",
        "LimitKind": "apps.usage.models.limits.Limit.Kind",
        "LineKind": "apps.invoicing.models.Kind",
        "PostingKind": "apps.invoicing.ledger.PostingKind",
        "PeriodStatus": "apps.subscriptions.models.Period.Status",
        "Rounding": "apps.rating.pricing.transforms.Rounding",
        "RunStatus": "apps.invoicing.models.Run.Status",
        "SubscriptionStatus": "apps.subscriptions.models.Subscription.Status",
        "TaxTreatment": "apps.invoicing.models.taxes.TREATMENTS",
        "Timing": "apps.catalog.models.Timing",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
