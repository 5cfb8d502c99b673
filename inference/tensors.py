"""Weights as safetensors files. The library's own writer leaves them readable by their owner alone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from safetensors.torch import save
from torch import Tensor

from inference import files

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def save_tensors(path: Path, tensors: Mapping[str, Tensor], recipe: DataclassInstance | None = None) -> None:
    """Whole or not at all; how the network is built goes into the header."""
    header = {"recipe": json.dumps(dataclasses.asdict(recipe))} if recipe else None
    content = save(dict(tensors), header)
    with files.write_whole(path) as file:
        file.write(content)
