"""Paste rows: usage from a spreadsheet or a file, looked at before anything is stored.

Nothing is kept between the look and the recording: the confirmed request carries the rows again, and they are read and
checked anew. As each row is recorded once, sending them twice adds nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.accounts.permissions import Action
from apps.accounts.scoped_admin import actor_of, allowed, formats_of, organization_of
from apps.backoffice import entering, foreseeing
from apps.backoffice.foreseeing import Prospect
from apps.core import clock
from apps.core.admin import themed
from apps.core.formats import Formats
from apps.core.refusals import Refusal
from apps.invoicing.additions import Foreseen
from apps.rating.wallclock import local_date
from apps.usage.imports import sheets
from apps.usage.imports.rows import Row
from apps.usage.imports.sheets import MOST_BYTES, MOST_ROWS, Sheet

MOST_SHOWN = 500  # rows without anything to say, and as many with
BEYOND = "more than an invoice can say"


class PasteForm(forms.Form):
    """A text, or a file in its place."""

    rows = forms.CharField(
        label="Rows",
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={
                "rows": 12,
                "spellcheck": "false",
                "placeholder": "customer\ttype\tdate\tamount\tnote\nFabrikam\tCoaching call\t2026-11-03\t1\tby phone",
            }
        ),
    )
    file = forms.FileField(label="Or a CSV file", required=False, allow_empty_file=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        themed(self)

    def text(self) -> str:
        """Return what was sent; raise Refusal where the file is no text, or too large."""
        file = self.cleaned_data.get("file")
        if file is None:
            return str(self.cleaned_data.get("rows", ""))
        if file.size > MOST_BYTES:
            raise Refusal("too_large", sheets.TOO_LARGE, field="file")
        return sheets.decoded(file.read())


@dataclass(frozen=True)
class Shown:
    """A row as the table shows it; `problems` keep it from being recorded, `cautions` do not."""

    number: int
    customer: str
    type: str
    on: str
    amount: str
    adds: str
    lands: str
    problems: Sequence[str]
    cautions: Sequence[str]
    before: bool


def paste_rows(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Take rows, show what they would do, and record them once that is confirmed."""
    if not allowed(request, Action.RECORD_USAGE):
        raise PermissionDenied
    context |= {"title": "Paste rows", "most_rows": f"{MOST_ROWS:,}"}
    form = PasteForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, context, form)
    verb = request.POST.get("do", "look")
    try:
        text = form.text()
        if verb == "mend":
            return _page(request, context, PasteForm(initial={"rows": text}))
        sheet = sheets.read(text, locale=organization_of(request).locale)
    except Refusal as refusal:
        form.add_error("file" if form.cleaned_data.get("file") else "rows", refusal.sentence)
        return _page(request, context, form)
    now = clock.billing(organization_of(request))
    if verb == "record":
        return _record(request, context, sheet, now)
    return _look(request, context, sheet, text, now)


def _page(request: HttpRequest, context: dict[str, Any], form: PasteForm) -> HttpResponse:
    return TemplateResponse(request, "backoffice/paste_rows/form.html", {**context, "form": form})


def _look(request: HttpRequest, context: dict[str, Any], sheet: Sheet, text: str, now: datetime) -> HttpResponse:
    organization, formats = organization_of(request), formats_of(request)
    sheets.foresee(sheet, organization=organization, now=now)
    found = foreseeing.prospects(sheet, organization=organization, now=now)
    words = _Words(formats, local_date(now, organization.zone), found, Counter(map(_content, sheet.rows)))
    shown = [words.shown(row) for row in sheet.rows]
    context |= _counts(sheet)
    context |= {
        "shown": _worth_showing(shown),
        "left_out": len(shown) - len(_worth_showing(shown)),
        "sums": [formats.money(money) for money in foreseeing.sums(found)],
        "said": sheet.said,
        "form": PasteForm(initial={"rows": text}),
    }
    return TemplateResponse(request, "backoffice/paste_rows/look.html", context)


def _record(request: HttpRequest, context: dict[str, Any], sheet: Sheet, now: datetime) -> HttpResponse:
    """Record what is fine, and offer all rows again where some are to be mended.

    All of them, so that a mended row keeps its number among equal ones: those that are recorded add nothing.
    """
    sheets.record(sheet, organization=organization_of(request), now=now, actor=actor_of(request))
    bad = [row for row in sheet.rows if row.faults]
    context |= _counts(sheet)
    context |= {
        "shown": [{"number": row.number, "reason": row.reason} for row in bad[:MOST_SHOWN]],
        "form": PasteForm(initial={"rows": sheet.text_of(sheet.rows) if bad else ""}),
    }
    return TemplateResponse(request, "backoffice/paste_rows/recorded.html", context)


def _counts(sheet: Sheet) -> dict[str, Any]:
    fine = sum(row.is_new for row in sheet.rows)
    before = sum(row.before for row in sheet.rows)
    return {"rows": len(sheet.rows), "fine": fine, "before": before, "bad": len(sheet.rows) - fine - before}


def _content(row: Row) -> tuple[Any, ...]:
    return row.item_id, row.when, row.amount, row.note


def _worth_showing(shown: Sequence[Shown]) -> list[Shown]:
    """Return the first rows, and those further down that have something to say."""
    telling = [row for row in shown[MOST_SHOWN:] if row.problems or row.cautions]
    return [*shown[:MOST_SHOWN], *telling[:MOST_SHOWN]]


@dataclass(frozen=True)
class _Words:
    """How rows are put into words: the organization's formats, its day, what each row would do, and equal ones."""

    formats: Formats
    today: date
    found: Mapping[int, Prospect]
    equal: Mapping[tuple[Any, ...], int]

    def shown(self, row: Row) -> Shown:
        """Put a row into words."""
        prospect = self.found.get(row.number)
        return Shown(
            number=row.number,
            customer=row.customer_name or row.customer,
            type=row.type_name or row.type,
            on=self._on(row),
            amount=self.formats.number(row.amount) if row.amount is not None else "",
            adds=self._adds(prospect),
            lands=self._lands(prospect),
            problems=[fault.sentence for fault in row.faults],
            cautions=list(self._cautions(row, prospect)) if prospect is not None else [],
            before=row.before,
        )

    def _on(self, row: Row) -> str:
        if isinstance(row.when, datetime):
            return self.formats.moment(row.when)
        return self.formats.day(row.when, today=self.today) if row.when is not None else ""

    def _adds(self, prospect: Prospect | None) -> str:
        if prospect is None or prospect.foreseen is None:
            return ""
        if not prospect.foreseen.is_priced:
            return "with all others"
        return BEYOND if prospect.foreseen.adds is None else self.formats.money(prospect.foreseen.adds)

    def _lands(self, prospect: Prospect | None) -> str:
        if prospect is None or prospect.foreseen is None:
            return ""
        landing = prospect.foreseen.landing
        if landing.bills_at is None:
            return "a draft of its own" if landing.late else "not billed yet"
        return self.formats.day_of(landing.bills_at, today=self.today)

    def _late(self, foreseen: Foreseen) -> str:
        bills_at = foreseen.landing.bills_at
        if bills_at is None:
            return "this waits for a draft of its own, as the subscription has ended"
        return f"this lands on the invoice of {self.formats.day_of(bills_at, today=self.today)} as late usage"

    def _cautions(self, row: Row, prospect: Prospect) -> list[str]:
        said = []
        foreseen = prospect.foreseen
        if foreseen is not None and foreseen.landing.late and foreseen.span.period is not None:
            span = foreseen.span.period
            days = f"{self.formats.day_of(span.starts_at, today=self.today)} – "
            days += self.formats.day_of(span.ends_at, today=self.today)
            said.append(f"The period {days} is invoiced already: {self._late(foreseen)}.")
        if prospect.is_twice:
            said.append("The same type and amount is there already on this day.")
        if self.equal[_content(row)] > 1:
            said.append("Another row here is the same: each counts.")
        if prospect.largest is not None:
            largest = entering.amount_of(prospect.item, prospect.largest, self.formats)
            said.append(f"Unusually much: the most so far was {largest}.")
        if row.amount is not None and row.amount < 0:
            said.append("This takes usage back.")
        return said
