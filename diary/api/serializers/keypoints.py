"""The shape of keypoints, for the documentation; diary.api.keypoints makes it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class KeypointsSerializer(serializers.Serializer[dict[str, Any]]):
    """24 points of the body in each sampled frame."""

    size = serializers.ListField(child=serializers.IntegerField(), help_text="Width and height in px of the picture.")
    times = serializers.ListField(child=serializers.FloatField(), help_text="Seconds from the start of the clip.")
    points = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), allow_null=True),
        help_text="For each time 24 × x px, y px, confidence in percent, in a row; null where nobody was found.",
    )
    edges = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()), help_text="Pairs of points that belong together."
    )
