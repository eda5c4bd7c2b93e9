"""How the theme is plugged into Django, and the site into the admin: read before any model is."""

from django.contrib.admin.apps import AdminConfig
from unfold.apps import BasicAppConfig


class ThemeConfig(BasicAppConfig):
    """The theme's templates and form classes, without letting it choose the admin site."""


class SiteConfig(AdminConfig):
    """Django's admin with our site as the default one."""

    default_site = "apps.backoffice.site.BackofficeSite"
