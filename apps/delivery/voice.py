"""The language of a document: its words beside its formats.

Catalogues stand in apps/delivery/locale, one folder a language, compiled; `manage.py translations` keeps them.
"""

import gettext
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale

from apps.core.formats import FALLBACK, Formats, locale_named

FOLDER = Path(__file__).with_name("locale")
DOMAIN = "papers"
SOURCE = "en"
LANGUAGES = (SOURCE, "de", "es", "fr", "ja")
WORLD = Locale("en", "001")


@dataclass(frozen=True)
class Voice(Formats):
    """One locale, one zone and one language: everything as it is written and said there."""

    language: str = SOURCE
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, compare=False)

    @classmethod
    def of(cls, locale: str, zone: ZoneInfo, *, language: str = "") -> "Voice":
        """Take a locale by name. One whose language is not spoken here is told in the English of its country.

        `language` lets a document be read by somebody else: the words in that language, the formats as they are.
        """
        asked = locale_named(locale) or FALLBACK
        if not language and asked.language not in LANGUAGES:
            asked = _english_of(asked)
        spoken = language or asked.language
        return cls(asked, zone, spoken, _catalogue(spoken))

    @property
    def tag(self) -> str:
        """The language as HTML and PDF name it, such as de-AT."""
        spoken = self.locale if self.locale.language == self.language else Locale(self.language)
        return str(spoken).replace("_", "-")

    def say(self, text: str, /, **told: str) -> str:
        """Say a text of the catalogue with these parts in it."""
        return self.catalogue.gettext(text).format(**told)

    def many(self, one: str, several: str, /, count: Decimal | int, **told: str) -> str:
        """Say a text in the number that the count asks for; `{count}` stands for it, written as numbers are."""
        whole = int(count) if count == int(count) else 2
        return self.catalogue.ngettext(one, several, whole).format(count=self.number(Decimal(count)), **told)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, [language])


def _english_of(asked: Locale) -> Locale:
    """Return the English of a locale's country, or else of the world."""
    return locale_named(f"en_{asked.territory}") or WORLD
