"""The addresses of the catalog in the API."""

from django.urls import path

from apps.catalog.api import add_ons, features, metrics, plan_parts, plans, prices, products, quotes

urlpatterns = [
    path("products", products.ProductList.as_view()),
    path("products/<str:public_id>", products.ProductDetail.as_view()),
    path("products/<str:public_id>/archive", products.ProductArchive.as_view()),
    path("products/<str:public_id>/restore", products.ProductRestore.as_view()),
    path("features", features.FeatureList.as_view()),
    path("features/<str:public_id>", features.FeatureDetail.as_view()),
    path("features/<str:public_id>/archive", features.FeatureArchive.as_view()),
    path("features/<str:public_id>/restore", features.FeatureRestore.as_view()),
    path("metrics", metrics.MetricList.as_view()),
    path("metrics/<str:public_id>", metrics.MetricDetail.as_view()),
    path("metrics/<str:public_id>/archive", metrics.MetricArchive.as_view()),
    path("metrics/<str:public_id>/restore", metrics.MetricRestore.as_view()),
    path("add-ons", add_ons.AddOnList.as_view()),
    path("add-ons/<str:public_id>", add_ons.AddOnDetail.as_view()),
    path("add-ons/<str:public_id>/archive", add_ons.AddOnArchive.as_view()),
    path("add-ons/<str:public_id>/restore", add_ons.AddOnRestore.as_view()),
    path("plans", plans.PlanList.as_view()),
    path("plans/<str:public_id>", plans.PlanDetail.as_view()),
    path("plans/<str:public_id>/archive", plans.PlanArchive.as_view()),
    path("plans/<str:public_id>/restore", plans.PlanRestore.as_view()),
    path("plans/<str:public_id>/features/<str:feature>", plan_parts.PlanFeatureValue.as_view()),
    path("plans/<str:public_id>/add-ons/<str:add_on>", plan_parts.PlanAddOn.as_view()),
    path("prices", prices.PriceList.as_view()),
    path("prices/quote", quotes.QuoteView.as_view()),
    path("prices/<str:public_id>", prices.PriceDetail.as_view()),
]
