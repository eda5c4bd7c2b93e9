from django.apps import AppConfig

from apps.core import encryption


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        encryption.check_keys()  # a wrong key is said at the start, not with the first secret
