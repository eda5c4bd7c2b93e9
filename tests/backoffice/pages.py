"""What a person reads on a page: its messages, the sentences at its fields, its whole text."""

import re
from html import unescape
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse


def address(page: str, *args: Any) -> str:
    """Return the address of a page of the office by its name."""
    return reverse(f"admin:{page}", args=args)


def said(response: Any) -> list[str]:
    """Return the messages that a request left for the next page."""
    return [str(message) for message in get_messages(response.wsgi_request)]


def errors(response: Any) -> dict[str, list[str]]:
    """Return the sentences at the fields of the page's form."""
    context = response.context
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()}


def text(response: Any) -> str:
    """Return the words of a page, without markup and with single spaces."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def filled(client: Client, page: str, **changes: Any) -> dict[str, Any]:
    """Return what the form on a page would send as it was rendered, with some fields changed."""
    form = client.get(page).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in {**values, **changes}.items() if value is not None}
