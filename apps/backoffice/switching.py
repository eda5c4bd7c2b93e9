"""Choose the organization to work for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.accounts import queries as accounts
from apps.accounts.middleware import SESSION_KEY
from apps.accounts.models import User


def organizations(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """List the organizations of the person who asks; on POST work for the chosen one from now on."""
    assert isinstance(request.user, User), "only members come here"
    members = accounts.memberships(user=request.user)
    if request.method == "POST":
        chosen = {member.organization.public_id: member for member in members}.get(request.POST.get("organization", ""))
        if chosen is None:
            messages.error(request, "You are no member of that organization.")
            return HttpResponseRedirect(reverse("admin:organizations"))
        request.session[SESSION_KEY] = chosen.organization.public_id
        messages.success(request, f"You now work for {chosen.organization}.")
        return HttpResponseRedirect(reverse("admin:index"))
    return TemplateResponse(
        request, "backoffice/organizations.html", {**context, "title": "Organizations", "members": members}
    )
