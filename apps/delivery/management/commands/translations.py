"""manage.py translations: gather the texts of papers and mails for translators, and compile what they wrote."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.delivery import catalogues


class Command(BaseCommand):
    help = "Update the catalogues of papers and mails with what the code says, and compile them."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for language in catalogues.translated():
            catalogue = catalogues.update(language)
            catalogues.text_of(language).with_suffix(".mo").write_bytes(catalogues.compiled(catalogue))
            missing = catalogues.untranslated(catalogue)
            self.stdout.write(f"{language}: {len(catalogue)} texts, {len(missing)} to translate")
            for text in missing:
                self.stdout.write(f"  {text}")
