"""Papers and mails in five languages: whole, compiled, and true to what was put in."""

import re
import string
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages import Catalog
from babel.messages.mofile import read_mo

from apps.delivery import catalogues
from apps.delivery.paper import Paper
from apps.delivery.voice import LANGUAGES, Voice
from apps.invoicing import drafting
from apps.invoicing.models import Kind
from apps.rating.pricing import Step, StepKind, words
from tests.delivery.papers import TIERS, line, paper

UTC = ZoneInfo("UTC")
TRANSLATED = list(catalogues.translated())
LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES", "fr": "fr_FR", "ja": "ja_JP"}


def forms(text: Any) -> Sequence[str]:
    """Return the numbers of a text, or the one that it has."""
    return (text,) if isinstance(text, str) else tuple(text)


def texts(catalogue: Catalog) -> set[tuple[str, ...]]:
    return {tuple(forms(message.id)) for message in catalogue if message.id}


def contents(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(forms(message.id)): tuple(forms(message.string)) for message in catalogue if message.id}


def parts(text: str) -> set[str | None]:
    """Return the names of what is put into a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", TRANSLATED)
class TestCatalogue:
    def test_it_has_every_text_that_the_code_says_and_no_other(self, language: str) -> None:
        assert texts(catalogues.read(language)) == texts(catalogues.gathered())

    def test_every_text_is_translated(self, language: str) -> None:
        assert catalogues.untranslated(catalogues.read(language)) == []

    def test_a_translation_puts_in_what_the_text_does(self, language: str) -> None:
        wrong = [
            form
            for message in catalogues.read(language)
            for form in forms(message.string)
            if message.id and parts(form) != parts(forms(message.id)[0])
        ]
        assert wrong == []

    def test_what_programs_read_is_compiled_from_what_people_wrote(self, language: str) -> None:
        compiled = read_mo(BytesIO(catalogues.text_of(language).with_suffix(".mo").read_bytes()))
        assert contents(compiled) == contents(catalogues.read(language))

    def test_the_pieces_around_page_numbers_need_no_escaping(self, language: str) -> None:
        page = paper([line()], locale=LOCALES[language]).labels.page
        assert len(page) == 3
        assert not re.search(r"[&<>'\"\\]", "".join(page))


def test_a_missing_translation_is_found() -> None:
    catalogue = catalogues.read("de")
    next(message for message in catalogue if message.id == "Invoice").string = ""
    next(message for message in catalogue if isinstance(message.id, tuple)).string = ("eins", "")
    assert len(catalogues.untranslated(catalogue)) == 2


@pytest.mark.parametrize(
    ("locale", "currency", "heading", "facts", "due", "line_text"),
    [
        (
            "en_GB",
            "GBP",
            "Invoice",
            ["Invoice number", "INV-0042", "Date", "1 December 2026", "Due", "15 December 2026"],
            ("Amount due", "£380.00", "Due 15 December 2026"),
            "1–30 November 2026",
        ),
        (
            "de_DE",
            "EUR",
            "Rechnung",
            ["Rechnungsnummer", "INV-0042", "Datum", "1. Dezember 2026", "Fällig am", "15. Dezember 2026"],
            ("Zu zahlen", "380,00 €", "Fällig am 15. Dezember 2026"),
            "1.–30. November 2026",
        ),
        (
            "fr_FR",
            "EUR",
            "Facture",
            ["Numéro de facture", "INV-0042", "Date", "1er décembre 2026", "Échéance", "15 décembre 2026"],
            ("Montant à payer", "380,00 €", "À régler au plus tard le 15 décembre 2026"),
            "1er–30 novembre 2026",
        ),
        (
            "es_ES",
            "EUR",
            "Factura",
            [
                "Número de factura",
                "INV-0042",
                "Fecha",
                "1 de diciembre de 2026",
                "Vencimiento",
                "15 de diciembre de 2026",
            ],
            ("Importe a pagar", "380,00 €", "Vence el 15 de diciembre de 2026"),
            "1–30 de noviembre de 2026",
        ),
        (
            "ja_JP",
            "JPY",
            "請求書",
            ["請求書番号", "INV-0042", "発行日", "2026年12月1日", "お支払期限", "2026年12月15日"],
            ("ご請求金額", "￥38,000", "お支払期限 2026年12月15日"),
            "2026年11月1日～30日",
        ),
    ],
)
def test_an_invoice_speaks_its_buyers_language(
    locale: str, currency: str, heading: str, facts: Sequence[str], due: tuple[str, ...], line_text: str
) -> None:
    told = paper([line()], locale=locale, currency=currency)
    assert (told.heading, told.language) == (heading, locale.replace("_", "-"))
    assert [text for fact in told.facts for text in fact] == facts
    assert tuple(text.replace("\xa0", " ") for text in (told.due_label, told.amount_due, told.settles)) == due
    assert told.lines[0].period == line_text


def test_no_label_stays_english() -> None:
    english = astuple(paper([line()], locale="en_GB").labels)
    for language in TRANSLATED:
        labels = astuple(paper([line()], locale=LOCALES[language]).labels)
        alike = [
            text
            for text, same in zip(labels, english, strict=True)
            if text == same and text not in {"Total", "Subtotal"}
        ]
        assert alike == []


@pytest.mark.parametrize(
    ("locale", "language", "date"),
    [
        ("nl_NL", "en-NL", "1 December 2026"),
        ("pt_BR", "en-001", "1 December 2026"),
        ("de_AT", "de-AT", "1. Dezember 2026"),
        ("fr_CA", "fr-CA", "1er décembre 2026"),
        ("es", "es", "1 de diciembre de 2026"),
        ("xx_YY", "en-US", "December 1, 2026"),
    ],
)
def test_a_language_that_is_not_spoken_is_told_in_the_english_of_its_country(
    locale: str, language: str, date: str
) -> None:
    told = paper([line()], locale=locale)
    assert (told.language, dict(told.facts).get("Date", told.facts[1][1])) == (language, date)


def test_the_office_reads_english_with_the_buyers_formats() -> None:
    voice = Voice.of("de_DE", UTC, language="en")
    assert (voice.say("Invoice"), voice.number(Decimal("1234.5")), voice.tag) == ("Invoice", "1.234,5", "en")


def test_the_words_added_to_a_name_are_translated_and_the_name_is_not() -> None:
    lines = [
        line(description="Invoice" + drafting.SETUP, kind=Kind.SETUP, unit="", steps=[]),
        line(description="Total" + drafting.LATE, late=True, steps=[]),
        line(description="Amount", steps=[]),
    ]
    told = paper(lines, locale="de_DE")
    assert [row.description for row in told.lines] == [
        "Invoice: einmalige Einrichtungsgebühr",
        "Total: nachgemeldete Nutzung",
        "Amount",
    ]


def test_tiers_are_explained_in_the_language_of_the_paper() -> None:
    (row,) = paper([line(2000, "12000", "0.01", steps=TIERS)], locale="ja_JP", currency="USD").lines
    assert row.notes == ("10,000 は無料利用枠内", "2,000 × 0.01 = $20.00")


def every_step() -> Iterable[Step]:
    """Return a step of each kind, with whatever it may tell."""
    one, two = Decimal(1), Decimal(2)
    for kind in StepKind:
        yield Step(
            kind=kind,
            amount=one,
            quantity=one,
            unit_amount=one,
            above=one,
            up_to=two,
            limit=one,
            divide_by=two,
            becomes=one,
            percent=one,
            count=two,
            rounding="up",
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_is_said_in_every_language(language: str) -> None:
    voice = Voice.of(LOCALES[language], UTC)
    said = [words(step, speech=voice) for step in every_step()]
    assert all(said) and not any("{" in text for text in said)
    if language == "en":
        assert said == [words(step) for step in every_step()]


def test_braces_in_names_stay_braces() -> None:
    told: Paper = paper(
        [line(description="{seller} {0} %s" + drafting.SETUP, kind=Kind.SETUP, steps=[])],
        locale="fr_FR",
        seller={"tax_id": "{number}", "name": "{name}"},
    )
    assert told.lines[0].description.startswith("{seller} {0} %s\xa0: frais")
    assert (told.seller.name, told.seller.tax_id) == ("{name}", "Identifiant fiscal {number}")
