"""The page of the price editor, whatever the price is of: show, add and remove rows, say what it costs, save.

Every button sends the form to the same address, so that it works without a script; the script sends it too, and takes
the parts that change from the answer.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.scoped_admin import formats_of
from apps.catalog import price_editor
from apps.catalog.models import Price
from apps.catalog.price_form import PriceForm
from apps.catalog.price_table import Sheet
from apps.rating.money import Money

TEMPLATE = "backoffice/price/editor.html"
REMOVE = re.compile(r"remove-(?P<row>[0-9]{1,3})")

_Form = TypeVar("_Form", bound=PriceForm)


def fields_of(price: Price) -> dict[str, str]:
    """Fill the editor's fields from a price."""
    fee = Money(price.setup_fee_minor, price.currency).text() if price.setup_fee_minor else ""
    return {**price_editor.fields_of(price.form), "setup_fee": fee}


def edit(
    request: HttpRequest,
    *,
    make: Callable[..., _Form],
    initial: Mapping[str, str],
    save: Callable[[_Form], HttpResponse | None],
    context: Callable[[_Form], dict[str, Any]],
) -> HttpResponse:
    """Show the editor, or answer what was pressed.

    `make` makes the form from data or from initial values. `save` stores a valid one and says where to go; where the
    operation refuses, it puts the sentence at the field and returns None.
    """
    pressed = request.POST.get("do", "save")
    if request.method != "POST":
        form, read = make(initial=initial), make(initial)
    elif pressed == "add" or REMOVE.fullmatch(pressed):
        changed = _changed(pressed, request.POST.dict())
        form, read = make(initial=changed), make(changed)
    else:
        form = read = make(request.POST)
        if pressed == "save" and form.is_valid():
            done = save(form)
            if done is not None:
                return done
    read.is_valid()
    return TemplateResponse(request, TEMPLATE, {**context(read), "form": form, **_costs(request, read, form is read)})


def _changed(pressed: str, said: Mapping[str, str]) -> dict[str, str]:
    remove = REMOVE.fullmatch(pressed)
    return price_editor.without_row(said, int(remove["row"])) if remove else price_editor.with_row(said)


def _costs(request: HttpRequest, form: PriceForm, judged: bool) -> dict[str, Any]:
    """Return the live table where the price can be read, else what is still wrong, once somebody wants to know."""
    if form.model_said is None or form.currency_said is None:
        return {"wrong": _wrong(form) if judged else []}
    sheet = Sheet(model=form.model_said, currency=form.currency_said, formats=formats_of(request))
    fee = form.setup_fee_said() if "setup_fee" not in form.errors else None
    return {
        "costs": sheet.costs(tried=form.tried_quantity()),
        "warnings": sheet.warnings(),
        "setup": formats_of(request).money(fee) if fee is not None and fee.minor else "",
    }


def _wrong(form: PriceForm) -> list[str]:
    """Name each field at fault with its sentence."""
    sentences = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label or name.replace("_", " ").capitalize()) if name in form.fields else ""
        tier = re.match(r"tier_([0-9]+)_", name)
        place = f"Tier {int(tier[1]) + 1}, {label.lower()}" if tier else label
        sentences += [f"{place}: {error}" if place else str(error) for error in errors]
    return sentences
