from django.apps import AppConfig
from django.db.models import BigIntegerField, CharField, ForeignKey

from apps.core import encryption
from apps.core.lookups import AnyKey, AnyKeyCounted, AnyOf


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        CharField.register_lookup(AnyOf)
        for lookup in (AnyKey, AnyKeyCounted):
            BigIntegerField.register_lookup(lookup)  # and with it the keys themselves
            ForeignKey.register_lookup(lookup)
        encryption.check_keys()  # a wrong key is said at the start, not with the first secret
