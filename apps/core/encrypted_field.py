"""A column that holds an encrypted secret."""

from typing import Any, NoReturn

from django.core.exceptions import FieldError
from django.db import models

from apps.core.encryption import Secret


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Stores a Secret's ciphertext and gives a Secret back. No form shows it; history keeps the ciphertext.

    Only a Secret is taken, so that no text is stored in clear by mistake. It cannot be searched for: the same text
    is stored differently each time.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        options["editable"] = False
        super().__init__(*args, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, path, args, options

    def from_db_value(self, value: str | None, *_: Any) -> Secret | None:
        return None if value is None else Secret.from_sealed(value)

    def to_python(self, value: Any) -> Secret | None:
        return None if value is None else _secret(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else _secret(value).sealed()

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            _refuse(lookup_name)
        return super().get_lookup(lookup_name)


def _secret(value: Any) -> Secret:
    if not isinstance(value, Secret):
        raise TypeError("an encrypted column takes a Secret")
    return value


def _refuse(lookup_name: str) -> NoReturn:
    raise FieldError(f"{lookup_name}: an encrypted column cannot be searched")
