"""Sign people in by e-mail, whatever its case."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from apps.accounts.models import User


class EmailBackend(BaseBackend):
    """Check an e-mail address and a password; permissions are not its business."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        email = username or kwargs.get(User.USERNAME_FIELD)
        if not email or not password:
            return None
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            make_password(password)  # spend the same time on an unknown address
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
