"""Darknet's ``.weights`` files: a header, then every layer's numbers in the order of its configuration file.

Source: the reference implementation's ``load_convolutional_weights`` (github.com/pjreddie/darknet, public domain).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference import files

HEADER_INTS = 3  # version: major, minor, revision
WIDE_COUNTER = (0, 2)  # since this version the count of seen pictures has 64 bits


class DarknetError(ValueError):
    """A file that is not what the network needs; the text says how far apart they are."""


def read(path: Path, network: nn.Module) -> None:
    """Fill a network from a file.

    Raises DarknetError when the file is too short for a header or holds more or fewer numbers than the network has.
    """
    raw = path.read_bytes()
    if len(raw) < 4 * HEADER_INTS:
        raise DarknetError(f"{path.name} is no Darknet file: it has {len(raw)} bytes")
    version = tuple(np.frombuffer(raw, "<i4", HEADER_INTS)[:2].tolist())
    start = 4 * HEADER_INTS + (8 if version >= WIDE_COUNTER else 4)
    body = raw[start : len(raw) - (len(raw) - start) % 4] if len(raw) >= start else b""
    values = torch.from_numpy(np.frombuffer(body, "<f4").copy())
    targets = [tensor for layer in _layers(network) for tensor in layer]
    wanted = sum(tensor.numel() for tensor in targets)
    if wanted != len(values):
        raise DarknetError(f"{path.name} holds {len(values):,} numbers, the network {wanted:,}")
    at = 0
    for tensor in targets:
        tensor.data.copy_(values[at : at + tensor.numel()].view_as(tensor))
        at += tensor.numel()


def write(path: Path, network: nn.Module, seen: int = 0) -> None:
    """The same network as a file of version 0.2."""
    header = np.array([0, 2, 0], "<i4").tobytes() + np.array([seen], "<i8").tobytes()
    tensors = [tensor.detach().float().contiguous() for layer in _layers(network) for tensor in layer]
    with files.write_whole(path) as file:
        file.write(header)
        file.writelines(tensor.numpy().astype("<f4").tobytes() for tensor in tensors)


def count(network: nn.Module) -> int:
    """Numbers that a file of this network holds."""
    return sum(tensor.numel() for layer in _layers(network) for tensor in layer)


def _layers(network: nn.Module) -> list[list[Tensor]]:
    """What the file holds of each convolution: its normalisation's or its own bias first, its kernel last."""
    layers: list[list[Tensor]] = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            layers.append([module.weight] if module.bias is None else [module.bias, module.weight])
        elif isinstance(module, nn.BatchNorm2d):
            mean, variance = module.running_mean, module.running_var
            assert mean is not None and variance is not None  # noqa: S101 - our layers all track them
            layers[-1][:0] = [module.bias, module.weight, mean, variance]
    return layers
