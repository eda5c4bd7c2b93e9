"""The admin site: whoever is a member of an organization may enter, and sees that organization."""

from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite


class BackofficeSite(UnfoldAdminSite):
    """Let members in; what each may do is asked of their role, page by page."""

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and getattr(request, "member", None) is not None


class SiteConfig(AdminConfig):
    """Django's admin with our site as the default one."""

    default_site = "apps.backoffice.site.BackofficeSite"
