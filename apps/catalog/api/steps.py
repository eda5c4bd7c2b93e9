"""The arithmetic behind an amount, for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from apps.rating.pricing import Step, StepKind, words


class StepSerializer(serializers.Serializer[Any]):
    """One line of the arithmetic behind an amount; members that say nothing are left out. Numbers are decimal text."""

    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in StepKind])
    words = serializers.CharField(help_text="The step in words.")
    amount = serializers.CharField(help_text="Exact, in major units; only the whole is rounded.")

    def get_fields(self) -> dict[str, Any]:
        """Add what a step may say besides."""
        besides = {name: serializers.CharField(required=False) for name in Step.__struct_fields__}
        return {**besides, **super().get_fields()}


def steps_shown(stored: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return stored steps as StepSerializer describes them."""
    return [{"amount": "0", **step, "words": words(Step.from_json(step))} for step in stored]
