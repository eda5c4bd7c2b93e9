"""The addresses of limits and alerts in the API."""

from django.urls import path

from apps.usage.api import alerts, limits

urlpatterns = [
    path("items/<str:public_id>/limit", limits.ItemLimit.as_view()),
    path("items/<str:public_id>/alerts", alerts.ItemAlerts.as_view()),
    path("add-ons/<str:public_id>/limit", limits.AddOnLimit.as_view()),
    path("add-ons/<str:public_id>/alerts", alerts.AddOnAlerts.as_view()),
    path("plans/<str:public_id>/add-ons/<str:add_on>/limit", limits.PlanAddOnLimit.as_view()),
    path("plans/<str:public_id>/add-ons/<str:add_on>/alerts", alerts.PlanAddOnAlerts.as_view()),
    path("alerts/<str:public_id>", alerts.AlertDetail.as_view()),
]
