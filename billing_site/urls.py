"""Where each door is."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing_site import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("apps.api.urls")),
    path("i/", include("apps.portal.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("health/work", health.work),
]

handler400 = "apps.api.faults.bad_request"
handler404 = "apps.api.faults.not_found"
handler500 = "apps.api.faults.server_error"
