"""The walker bites: an honest door passes, and every kind of leak at a door turns it red."""

from typing import Any

import pytest
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import engines
from django.urls import URLPattern, path

from apps.accounts.models import Customer
from apps.accounts.permissions import Action, may
from apps.catalog.models import AddOn, Plan, PlanAddOn, Product
from apps.tenancy import scope
from apps.tenancy.models import Organization
from tests.walker import classes, people
from tests.walker.classes import MANAGERS, MEMBERS, NOBODY, Page
from tests.walker.conftest import Two
from tests.walker.doors import doors
from tests.walker.walking import Walker

FORM = "<form method=post>{{ form }}<input type=submit></form>"
OF_CUSTOMER = Page(opens=MEMBERS, writes=MANAGERS, fills={"pk": Customer}, shows=True)
LIST = Page(opens=MEMBERS)

signed_in = login_required(login_url="/login/")


def page(request: HttpRequest, form: forms.BaseForm) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(FORM).render({"form": form}, request))


def ours(request: HttpRequest) -> None:
    if request.organization is None:  # type: ignore[attr-defined]
        raise PermissionDenied


def name_form(rows: Any) -> type[forms.ModelForm]:  # type: ignore[type-arg]
    return forms.modelform_factory(rows.model, fields=["name"])


@signed_in
def honest(request: HttpRequest, pk: str) -> HttpResponse:
    ours(request)
    customer = Customer.objects.filter(pk=pk).first() if pk.isdigit() else None
    if customer is None:
        raise Http404
    form = name_form(Customer.objects)(request.POST or None, instance=customer)
    if request.method == "POST":
        if not may(request.member.role, Action.MANAGE_CUSTOMERS):  # type: ignore[attr-defined]
            raise PermissionDenied
        if form.is_valid():
            form.save()
    return page(request, form)


@signed_in
def unscoped(request: HttpRequest, pk: str) -> HttpResponse:
    with scope.everywhere():
        customer = Customer.objects.filter(pk=pk).first() if pk.isdigit() else None
    if customer is None:
        raise Http404
    return HttpResponse(customer.name)


@signed_in
def telling(request: HttpRequest, pk: str) -> HttpResponse:
    ours(request)
    with scope.everywhere():
        customer = Customer.objects.filter(pk=pk).first() if pk.isdigit() else None
    if customer is None:
        raise Http404
    if customer.organization != request.organization:  # type: ignore[attr-defined]
        raise PermissionDenied
    return HttpResponse("yours")


@signed_in
def writing_elsewhere(request: HttpRequest, pk: str) -> HttpResponse:
    ours(request)
    if request.method == "DELETE" and pk.isdigit():
        with scope.everywhere():
            Customer.objects.filter(pk=pk).update(city="")
    raise Http404


@signed_in
def writing_without_right(request: HttpRequest, pk: str) -> HttpResponse:
    ours(request)
    if request.method == "POST":
        Customer.objects.update(city="Lyon")
    raise Http404


@signed_in
def whispering(request: HttpRequest, pk: str) -> HttpResponse:
    ours(request)
    with scope.everywhere():
        customer = Customer.objects.filter(pk=pk).first() if pk.isdigit() else None
    messages.error(request, f"{customer} is not yours." if customer else "There is no such customer.")
    return HttpResponseRedirect("/elsewhere/")


@signed_in
def searching(request: HttpRequest) -> HttpResponse:
    ours(request)
    with scope.everywhere():
        found = Customer.objects.filter(name__contains=request.GET.get("q", "nothing"))
        return JsonResponse([customer.name for customer in found], safe=False)


@signed_in
def counting(request: HttpRequest) -> HttpResponse:
    """Answer from own rows alone, but let a lookup reach through a key into others."""
    ours(request)
    with scope.everywhere():
        there = Organization.objects.filter(name__contains=request.GET.get("q", "nothing")).exists()
    return HttpResponse("1 result" if there else "0 results")


@signed_in
def failing(request: HttpRequest) -> HttpResponse:
    ours(request)
    return HttpResponse(str(int(request.GET.get("q", "0"))))


@signed_in
def offering(request: HttpRequest) -> HttpResponse:
    """Show a form whose choices were read across organizations."""
    ours(request)
    form = forms.Form(request.POST or None)
    with scope.everywhere():
        form.fields["product"] = forms.ModelChoiceField(queryset=Product.objects.all())
        return page(request, form)


@signed_in
def taking(request: HttpRequest) -> HttpResponse:
    """Show no foreign choice, but take one."""
    ours(request)
    if request.method == "POST" and request.POST.get("plan", "").isdigit():
        with scope.everywhere():
            plan = Plan.objects.filter(pk=request.POST["plan"]).first()
        if plan is not None:
            return HttpResponseRedirect("/done/")
    return HttpResponse("<form method=post><input name=plan type=number></form>")


@signed_in
def linking(request: HttpRequest) -> HttpResponse:
    """Write a row that points to the row of another organization, as far as the database lets it."""
    ours(request)
    if request.method == "POST" and request.POST.get("plan", "").isdigit():
        PlanAddOn.objects.filter(add_on=AddOn.objects.first()).update(plan_id=request.POST["plan"])
    return HttpResponse("<form method=post><input name=plan type=number></form>")


def walked(two: Two, settings: Any, expected: Page, *patterns: URLPattern) -> Walker:
    """Walk a site of these doors alone."""
    settings.ROOT_URLCONF = patterns
    found = doors()
    walker = Walker(*two, found, {door.name: expected for door in found}, people.actors(two[0]))
    walker.walk()
    return walker


def test_an_honest_door_passes(two: Two, settings: Any) -> None:
    walker = walked(two, settings, OF_CUSTOMER, path("customers/<pk>/", honest, name="door"))
    assert walker.breaches == []
    assert walker.asked > 50


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (unscoped, "shows a row of another organization"),
        (telling, "tells a foreign row (403) from an unknown one (404)"),
        (writing_elsewhere, "changes rows of another organization: ['accounts_customer'"),
        (writing_without_right, "changes rows, but may not: ['accounts_customer'"),
        (whispering, "shows a row of another organization"),
    ],
)
def test_a_leak_through_the_path_is_found(two: Two, settings: Any, view: Any, said: str) -> None:
    walker = walked(two, settings, OF_CUSTOMER, path("customers/<pk>/", view, name="door"))
    assert any(said in breach for breach in walker.breaches), walker.breaches[:5]


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (searching, "shows a row of another organization"),
        (counting, "tells a foreign row"),
        (failing, "fails with 500"),
        (offering, "shows a row of another organization"),
        (taking, "tells a foreign row (302) from an unknown one (200)"),
        (linking, "fails with 500"),
    ],
)
def test_a_leak_through_query_or_form_is_found(two: Two, settings: Any, view: Any, said: str) -> None:
    walker = walked(two, settings, LIST, path("list/", view, name="door"))
    assert any(said in breach for breach in walker.breaches), walker.breaches[:5]


def test_a_door_that_nobody_classified_is_named(settings: Any) -> None:
    settings.ROOT_URLCONF = (path("secret/<pk>/", honest, name="secret"), path("bare/", honest))
    assert classes.unclassified(doors(), {}) == [
        "secret (/secret/%(pk)s/) is not classified in tests/walker",
        "/bare/ (/bare/) is not classified in tests/walker",
    ]
    half = {"secret": Page(opens=NOBODY), "/bare/": LIST}
    assert classes.unclassified(doors(), half) == ["secret (/secret/%(pk)s/) is not classified in tests/walker"]
    assert classes.stale(doors(), {"gone": LIST}) == ["gone"]
