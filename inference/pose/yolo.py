"""YOLOv3 and YOLOv3-tiny (Redmon and Farhadi 2018, arXiv:1804.02767): people and things in one look at a picture.

Layers are registered in the order of Darknet's configuration files, so that published ``.weights`` files can be read
straight through (inference/pose/darknet.py). ``shrink`` divides the channels, for networks that we train ourselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAK = 0.1
EACH = 3  # anchors of a cell
Anchors = tuple[tuple[float, float], ...]
TINY_ANCHORS: Anchors = ((10, 14), (23, 27), (37, 58), (81, 82), (135, 169), (344, 319))
FULL_ANCHORS: Anchors = (
    (10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)
)  # fmt: skip
STAGES = ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))  # Darknet-53: channels, residual blocks


@dataclass(frozen=True)
class YoloConfig:
    """Anchors are (width, height) px of the network's input, smallest first."""

    tiny: bool = True
    classes: int = 80  # 0: people alone, and objectness says it all
    shrink: int = 1
    anchors: Anchors = TINY_ANCHORS

    def __post_init__(self) -> None:
        """Raise ValueError where anchors and heads do not go together."""
        if len(self.anchors) != EACH * (2 if self.tiny else 3):
            raise ValueError(f"{len(self.anchors)} anchors do not fit a {'tiny' if self.tiny else 'full'} network")

    @property
    def outputs(self) -> int:
        """Channels of a head: place, size, objectness and classes of each anchor."""
        return EACH * (5 + self.classes)

    def head_anchors(self, head: int) -> Tensor:
        """(3, 2) px; the first head is the coarsest and has the largest."""
        first = len(self.anchors) - EACH * (head + 1)
        return torch.tensor(self.anchors[first : first + EACH])


class Conv(nn.Module):
    """Convolution, normalisation and leaky ReLU."""

    def __init__(self, inputs: int, outputs: int, size: int = 3, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) to (N, outputs, H / stride, W / stride)."""
        return functional.leaky_relu(self.norm(self.conv(x)), LEAK)


class Residual(nn.Module):
    """A 1x1 and a 3x3 convolution beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.narrow, self.widen = Conv(channels, channels // 2, 1), Conv(channels // 2, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape."""
        y: Tensor = x + self.widen(self.narrow(x))
        return y


class Tiny(nn.Module):
    """Seven convolutions with pooling, heads at strides 32 and 16."""

    def __init__(self, config: YoloConfig) -> None:
        super().__init__()
        c = [width // config.shrink for width in (16, 32, 64, 128, 256, 512, 1024)]
        self.body = nn.ModuleList(Conv(a, b) for a, b in pairwise([3, *c]))
        self.neck = Conv(c[6], c[4], 1)
        self.coarse, self.coarse_head = Conv(c[4], c[5]), nn.Conv2d(c[5], config.outputs, 1)
        self.rise = Conv(c[4], c[3], 1)
        self.fine, self.fine_head = Conv(c[3] + c[4], c[4]), nn.Conv2d(c[4], config.outputs, 1)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Heads, coarsest first, each (N, outputs, H, W)."""
        *early, sixth, seventh = self.body
        x = images
        for layer in early:
            side = layer(x)
            x = functional.max_pool2d(side, 2)
        x = functional.max_pool2d(functional.pad(sixth(x), (0, 1, 0, 1), value=float("-inf")), 2, 1)
        x = self.neck(seventh(x))
        fine = torch.cat([functional.interpolate(self.rise(x), scale_factor=2.0), side], 1)
        return [self.coarse_head(self.coarse(x)), self.fine_head(self.fine(fine))]


class Head(nn.Module):
    """Five convolutions whose result the next finer head shares, and two more to the scores."""

    def __init__(self, inputs: int, channels: int, outputs: int) -> None:
        super().__init__()
        widths = [inputs, channels, 2 * channels, channels, 2 * channels, channels]
        self.shared = nn.Sequential(
            *(Conv(a, b, 1 if number % 2 == 0 else 3) for number, (a, b) in enumerate(pairwise(widths)))
        )
        self.last, self.scores = Conv(channels, 2 * channels), nn.Conv2d(2 * channels, outputs, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is shared, and scores."""
        shared = self.shared(x)
        return shared, self.scores(self.last(shared))


class Full(nn.Module):
    """Darknet-53, heads at strides 32, 16 and 8."""

    def __init__(self, config: YoloConfig) -> None:
        super().__init__()
        stages = [(width // config.shrink, blocks) for width, blocks in STAGES]
        self.stem = Conv(3, 32 // config.shrink)
        widths = [32 // config.shrink, *(width for width, _ in stages)]
        self.stages = nn.ModuleList(
            nn.Sequential(Conv(before, width, stride=2), *(Residual(width) for _ in range(blocks)))
            for before, (width, blocks) in zip(widths, stages, strict=False)
        )
        third, fourth, fifth = widths[3:]
        self.coarse = Head(fifth, fifth // 2, config.outputs)
        self.rise_middle = Conv(fifth // 2, fifth // 4, 1)
        self.middle = Head(fourth + fifth // 4, fourth // 2, config.outputs)
        self.rise_fine = Conv(fourth // 2, fourth // 4, 1)
        self.fine = Head(third + fourth // 4, third // 2, config.outputs)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Heads, coarsest first, each (N, outputs, H, W)."""
        x, seen = self.stem(images), []
        for stage in self.stages:
            x = stage(x)
            seen.append(x)
        x, coarse = self.coarse(seen[4])
        x, middle = self.middle(torch.cat([functional.interpolate(self.rise_middle(x), scale_factor=2.0), seen[3]], 1))
        _, fine = self.fine(torch.cat([functional.interpolate(self.rise_fine(x), scale_factor=2.0), seen[2]], 1))
        return [coarse, middle, fine]


def build(config: YoloConfig) -> nn.Module:
    """An untrained network: pictures (N, 3, H, W) of 0..1, H and W multiples of 32, to heads."""
    return Tiny(config) if config.tiny else Full(config)


def split(head: Tensor) -> Tensor:
    """(N, 3 (5 + C), H, W) to (N, 3, H, W, 5 + C)."""
    count, channels, height, width = head.shape
    return head.view(count, EACH, channels // EACH, height, width).permute(0, 1, 3, 4, 2)


def boxes_of(rows: Tensor, anchors: Tensor, stride: int) -> Tensor:
    """Boxes (N, 3, H, W, 4) as centre x, y, width, height in px of the input, from a split head (section 2.1)."""
    height, width = rows.shape[2:4]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    centre = (rows[..., :2].sigmoid() + torch.stack([x, y], -1)) * stride
    size = rows[..., 2:4].clamp(max=6).exp() * anchors[:, None, None, :]
    return torch.cat([centre, size], -1)


def detections_of(heads: list[Tensor], config: YoloConfig, size_px: tuple[int, int], kind: int = 0) -> Tensor:
    """(N, boxes, 5): centre x, y, width, height in px of an input of (width, height) px, and the chance of a class."""
    found = []
    for number, head in enumerate(heads):
        rows = split(head.float())
        boxes = boxes_of(rows, config.head_anchors(number), size_px[1] // head.shape[2])
        chance = rows[..., 4].sigmoid()
        if config.classes:
            chance = chance * rows[..., 5 + kind].sigmoid()
        found.append(torch.cat([boxes, chance[..., None]], -1).flatten(1, 3))
    return torch.cat(found, 1)
