"""The portal's addresses."""

from django.urls import path

from apps.portal import views

app_name = "portal"

urlpatterns = [
    path("<str:token>/", views.invoice, name="invoice"),
    path("<str:token>/pdf", views.pdf, name="pdf"),
    path("<str:token>/usage.csv", views.usage, name="usage"),
]
