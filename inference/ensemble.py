"""Several networks of one kind in one file of weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn

from inference.tensors import save_tensors


def save_networks(networks: Sequence[nn.Module], path: Path) -> None:
    """Whole or not at all; half precision is enough."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{number}.{name}": value.half().contiguous() if value.is_floating_point() else value
        for number, network in enumerate(networks)
        for name, value in network.state_dict().items()
    }
    save_tensors(path, tensors)


def load_states(path: Path) -> list[dict[str, Tensor]]:
    """What each of the networks remembers, in single precision."""
    states: dict[int, dict[str, Tensor]] = {}
    for key, value in load_file(path).items():
        number, name = key.split(".", 1)
        states.setdefault(int(number), {})[name] = value.float() if value.is_floating_point() else value
    return [states[number] for number in sorted(states)]
