"""Archive and restore a customer: asked first, with what it means."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from apps.accounts.models import Customer
from apps.accounts.scoped_admin import OwnedAdmin, actor_of
from apps.backoffice import customer_pages
from apps.core import clock
from apps.core.refusals import Refusal
from apps.subscriptions.operations import archiving


def archive(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Ask, then put a customer away."""
    if request.method != "POST":
        kept = f"{customer} keeps all its papers, and is left out where customers are chosen."
        words = [kept, "It cannot start on a plan until you restore it."]
        return _asked(admin, request, customer, title=f"Archive {customer}", button="Archive", words=words)
    try:
        archiving.archive(customer=customer, actor=actor_of(request), now=clock.wall())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
        return _back(customer)
    messages.success(request, f"{customer} is archived.")
    return _back(customer)


def restore(admin: OwnedAdmin, request: HttpRequest, customer: Customer) -> HttpResponse:
    """Ask, then take a customer back."""
    if request.method != "POST":
        words = [f"{customer} can start on plans again."]
        return _asked(admin, request, customer, title=f"Restore {customer}", button="Restore", words=words)
    archiving.restore(customer=customer, actor=actor_of(request), now=clock.wall())
    messages.success(request, f"{customer} is restored.")
    return _back(customer)


def _asked(
    admin: OwnedAdmin, request: HttpRequest, customer: Customer, *, title: str, button: str, words: list[str]
) -> HttpResponse:
    back_to = customer_pages.address(customer, "change")
    context = admin.context(request, customer, back_to=back_to, title=title, button=button, words=words)
    return TemplateResponse(request, "backoffice/confirm.html", context)


def _back(customer: Customer) -> HttpResponse:
    return HttpResponseRedirect(customer_pages.address(customer, "change"))
