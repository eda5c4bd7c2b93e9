"""The theme's settings and the side bar. Imported by the settings, so it names everything else by its path."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy

ASKS = "apps.backoffice.visibility"


def _entry(title: str, icon: str, page: str, permission: str = "may_read", **more: str) -> dict[str, Any]:
    return {
        **{name: f"{ASKS}.{asked}" for name, asked in more.items()},
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{page}"),
        "permission": f"{ASKS}.{permission}",
    }


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            _entry("Dashboard", "dashboard", "index"),
            _entry("Customers", "group", "accounts_customer_changelist"),
            _entry("Invoices", "receipt_long", "invoicing_invoice_changelist"),
            _entry("Runs", "playlist_add_check", "invoicing_run_changelist"),
            _entry("Credit notes", "undo", "invoicing_creditnote_changelist"),
            _entry("Payments", "payments", "invoicing_receipt_changelist"),
            _entry("Refunds", "currency_exchange", "invoicing_refund_changelist"),
            _entry("Subscriptions", "autorenew", "subscriptions_subscription_changelist"),
            _entry("Seats", "event_seat", "subscriptions_seat_changelist"),
            _entry("Usage", "monitoring", "usage_event_changelist", active="is_among_events"),
            _entry("Quick entry", "bolt", "usage_event_quick_entry", "may_record_usage"),
            _entry("Paste rows", "content_paste", "paste_rows", "may_record_usage"),
            _entry("Limits", "data_thresholding", "usage_limit_changelist"),
        ],
    },
    {
        "title": "What you sell",
        "separator": True,
        "items": [
            _entry("Products", "inventory_2", "catalog_product_changelist"),
            _entry("Plans", "layers", "catalog_plan_changelist"),
            _entry("Add-ons", "extension", "catalog_addon_changelist"),
            _entry("Features", "toggle_on", "catalog_feature_changelist"),
            _entry("Metrics", "speed", "catalog_metric_changelist"),
            _entry("Prices", "sell", "catalog_price_changelist"),
            _entry("Tax rates", "percent", "invoicing_taxrate_changelist"),
        ],
    },
    {
        "title": "Set-up",
        "separator": True,
        "items": [
            _entry("Organization", "domain", "tenancy_organization_changelist", "may_manage_settings"),
            _entry("Members", "badge", "accounts_member_changelist", "may_manage_members"),
            _entry("API keys", "key", "accounts_apikey_changelist", "may_manage_keys"),
            _entry("Failed jobs", "error", "outbox_job_changelist"),
        ],
    },
]


def _style(request: object) -> str:
    return static("backoffice/office.css")


def _icon(request: object) -> str:
    return static("backoffice/icon.svg")


def _script(request: object) -> str:
    return static("backoffice/office.js")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Tallybook",
    "SITE_HEADER": f"{ASKS}.site_header",
    "SITE_SUBHEADER": "Tallybook",
    "SITE_SYMBOL": "receipt_long",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "ENVIRONMENT": f"{ASKS}.environment",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "STYLES": [_style],
    "SCRIPTS": [_script],
    "BORDER_RADIUS": "6px",
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
    "ACCOUNT": {
        "navigation": [
            {"title": "Organizations", "link": reverse_lazy("admin:organizations")},
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
        ],
    },
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": NAVIGATION,
    },
}
