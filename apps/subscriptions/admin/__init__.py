"""The pages of plans, subscriptions and items: of what is sold, together with who has it."""

from apps.subscriptions.admin import holding, items, plans, seats

__all__ = ["holding", "items", "plans", "seats"]
