"""How bodies of requests are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MOST_LEVELS = 20  # of lists and objects within each other; the API itself asks for two


class ShallowJSONParser(JSONParser):
    """JSON that is nested no deeper than anything here is, so that whatever walks through it later can do so."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The values; what the decoder itself finds too deep is as wrong as what is no JSON."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error
        if is_deep(data):
            raise ParseError
        return data


def is_deep(data: Any) -> bool:
    """Whether lists and objects lie within each other more than MOST_LEVELS times."""
    level = [data]
    for _ in range(MOST_LEVELS):
        level = [inner for outer in level for inner in parts_of(outer)]
    return any(isinstance(value, dict | list) for value in level)


def parts_of(value: Any) -> list[Any]:
    """What lies directly within a list or an object."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
