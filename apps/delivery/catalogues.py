"""Keep the catalogues of papers and mails: gather the texts that the code says, and compile what translators wrote."""

from collections.abc import Iterable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from apps.delivery.voice import DOMAIN, FOLDER, LANGUAGES, SOURCE

ROOT = FOLDER.parent.parent.parent
SPOKEN_IN = ("apps/delivery/*.py", "apps/portal/*.py", "apps/rating/pricing/wording.py")
KEYWORDS: dict[str, tuple[int, ...] | None] = {"say": None, "many": (1, 2)}
WIDTH = 118
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # so that the same texts compile to the same bytes


def gathered() -> Catalog:
    """Return an empty catalogue of every text that the code says."""
    template = Catalog(domain=DOMAIN)
    for path in _files():
        for _, text, _, _ in extract_from_file("python", str(path), keywords=KEYWORDS):
            template.add(text, locations=[(str(path.relative_to(ROOT)), 1)])
    return template


def translated() -> Iterable[str]:
    """Return the languages that have a catalogue, the one of the code apart."""
    return [language for language in LANGUAGES if language != SOURCE]


def text_of(language: str) -> Path:
    """Return where a language's translations are written by people."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """Read a language's translations as people wrote them."""
    with text_of(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def update(language: str) -> Catalog:
    """Add to a language's file what the code says anew, and drop what it says no more; return the catalogue."""
    catalogue = read(language) if text_of(language).exists() else Catalog(locale=language, domain=DOMAIN)
    catalogue.update(gathered(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    text_of(language).parent.mkdir(parents=True, exist_ok=True)
    text_of(language).write_bytes(written(catalogue))
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the texts that have no translation, or one of the numbers without one."""
    return [_first(message.id) for message in catalogue if message.id and not all(_forms(message.string))]


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as its text file, in the order of its texts and without dates: the same each time."""
    file = BytesIO()
    write_po(file, catalogue, width=WIDTH, no_location=True, omit_header=True, sort_output=True)
    fields = ["Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {catalogue.plural_forms}"]
    head = ['msgid ""', 'msgstr ""', *(f'"{text}\\n"' for text in fields), "", ""]
    return "\n".join(head).encode() + file.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as programs read it."""
    undated = Catalog(locale=catalogue.locale, domain=DOMAIN, creation_date=NO_DATE, revision_date=NO_DATE)
    for message in catalogue:
        if message.id:
            undated.add(message.id, message.string)
    file = BytesIO()
    write_mo(file, undated)
    return file.getvalue()


def _files() -> list[Path]:
    return sorted(path for pattern in SPOKEN_IN for path in ROOT.glob(pattern))


def _first(text: str | list[str] | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)
