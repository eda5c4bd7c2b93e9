from django.apps import AppConfig
from django.db.models import CharField

from apps.core import encryption
from apps.core.lookups import AnyOf


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        CharField.register_lookup(AnyOf)
        encryption.check_keys()  # a wrong key is said at the start, not with the first secret
