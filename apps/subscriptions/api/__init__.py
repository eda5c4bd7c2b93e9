"""Subscriptions and their items for programs."""
