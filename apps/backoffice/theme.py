"""The theme, without letting it choose the admin site."""

from unfold.apps import BasicAppConfig


class ThemeConfig(BasicAppConfig):
    """Unfold's templates and form classes."""
