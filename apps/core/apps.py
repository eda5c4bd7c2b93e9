from django.apps import AppConfig
from django.db.models import BigAutoField, CharField, ForeignKey

from apps.core import encryption
from apps.core.lookups import AnyKey, AnyOf


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        CharField.register_lookup(AnyOf)
        BigAutoField.register_lookup(AnyKey)
        ForeignKey.register_lookup(AnyKey)
        encryption.check_keys()  # a wrong key is said at the start, not with the first secret
