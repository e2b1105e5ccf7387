"""Shapes of the API of analytics."""

from typing import Any

from rest_framework import serializers

from analytics.experiment_looks import GUARDRAILS
from analytics.models import Experiment


class ExperimentRecord(serializers.ModelSerializer[Experiment]):
    """An experiment as programs see it; `look` holds arms, lifts with intervals, alarms and days left."""

    id = serializers.UUIDField(source="public_id")
    product = serializers.UUIDField(source="product.public_id")
    arms = serializers.SerializerMethodField()
    winner = serializers.UUIDField(source="winner.public_id", default=None, allow_null=True)
    phases = serializers.SerializerMethodField()

    class Meta:
        model = Experiment
        fields = [
            "id", "name", "product", "channel", "market", "format", "arms", "metric", "lift", "guardrails", "rate",
            "units", "state", "reason", "winner", "created", "created_by", "started", "ended", "phases", "look",
        ]  # fmt: skip

    def get_arms(self, one: Experiment) -> list[str]:
        """Public ids of the placements, the control first."""
        names = self.context["placements"]
        return [names[place] for place in one.arms if place in names]

    def get_phases(self, one: Experiment) -> list[dict[str, Any]]:
        """Each period of fixed shares, by public id of the placement."""
        names = self.context["placements"]
        return [
            {"since": phase.created, "shares": {names[int(place)]: share for place, share in phase.shares.items()}}
            for phase in one.phases.order_by("id")
        ]


class ExperimentRequest(serializers.Serializer[dict[str, Any]]):
    """What is written down before the first visitor; the first arm is the control."""

    name = serializers.CharField(max_length=120)
    arms = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=20)
    metric = serializers.ChoiceField(choices=Experiment.Metric.choices)
    lift = serializers.FloatField(min_value=0.01, max_value=2)
    guardrails = serializers.ListField(
        child=serializers.ChoiceField(choices=list(GUARDRAILS)), default=lambda: list(GUARDRAILS)
    )


class StopRequest(serializers.Serializer[dict[str, Any]]):
    """Why it ends."""

    reason = serializers.CharField(max_length=200)
