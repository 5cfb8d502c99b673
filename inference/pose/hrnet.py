"""HRNet of Sun et al. 2019 (CVPR), with the names and shapes of the published checkpoints.

Branches of falling resolution run side by side and exchange what they see after every module, so the finest branch
never has to be rebuilt from a coarse one. Attribute names follow the checkpoints, not our own taste.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

STEM_CHANNELS = 64
LAYER1_CHANNELS = 256
MMPOSE_PREFIXES = ("backbone.", "keypoint_head.")


@dataclass(frozen=True)
class HrnetConfig:
    """Width is the channel count of the finest branch; each coarser branch has twice as many."""

    width: int = 32
    keypoints: int = 24
    modules: tuple[int, int, int] = (1, 4, 3)  # of stages 2, 3 and 4
    blocks: int = 4  # of each branch of a module, and of layer 1

    def channels(self, branches: int) -> list[int]:
        """Channels of the first branches, finest first."""
        return [self.width * 2**index for index in range(branches)]


def conv_norm(inputs: int, outputs: int, *, size: int = 3, stride: int = 1) -> list[nn.Module]:
    """A convolution and its normalisation."""
    return [nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs)]


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv_norm(channels, channels)
        self.conv2, self.bn2 = conv_norm(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as the input, or that of the projection."""
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(x + self.bn2(self.conv2(y)))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 convolutions beside an identity, or beside a projection where the channels change."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        inner = outputs // 4
        self.conv1, self.bn1 = conv_norm(inputs, inner, size=1)
        self.conv2, self.bn2 = conv_norm(inner, inner)
        self.conv3, self.bn3 = conv_norm(inner, outputs, size=1)
        self.downsample = nn.Identity() if inputs == outputs else nn.Sequential(*conv_norm(inputs, outputs, size=1))

    def forward(self, x: Tensor) -> Tensor:
        """Same shape as the input, or that of the projection."""
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        return torch.relu(self.downsample(x) + self.bn3(self.conv3(y)))


def fuse_path(channels: list[int], source: int, target: int) -> nn.Module:
    """Brings branch ``source`` to the resolution and channels of branch ``target``."""
    if source == target:
        return nn.Identity()
    if source > target:
        grow = nn.Upsample(scale_factor=2 ** (source - target), mode="nearest")
        return nn.Sequential(*conv_norm(channels[source], channels[target], size=1), grow)
    steps = [
        nn.Sequential(*conv_norm(channels[source], channels[source], stride=2), nn.ReLU())
        for _ in range(target - source - 1)
    ]
    return nn.Sequential(*steps, nn.Sequential(*conv_norm(channels[source], channels[target], stride=2)))


class HighResolutionModule(nn.Module):
    """Residual blocks on each branch, then every output is the sum of all branches."""

    def __init__(self, channels: list[int], blocks: int, outputs: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Sequential(*(BasicBlock(width) for _ in range(blocks))) for width in channels)
        self.fuse_layers = nn.ModuleList(
            nn.ModuleList(fuse_path(channels, source, target) for source in range(len(channels)))
            for target in range(outputs)
        )

    def forward(self, inputs: list[Tensor]) -> list[Tensor]:
        """One tensor a branch in, finest first; one for each output out."""
        seen = [branch(x) for branch, x in zip(self.branches, inputs, strict=True)]
        return [torch.relu(sum_paths(paths, seen)) for paths in self.fuse_layers]


def sum_paths(paths: nn.Module, inputs: list[Tensor]) -> Tensor:
    """Sum of every input through its own path."""
    first, *rest = [path(x) for path, x in zip(paths.children(), inputs, strict=True)]
    total: Tensor = first
    for term in rest:
        total = total + term
    return total


class HRNet(nn.Module):
    """Pictures (N, 3, H, W) to heatmaps (N, K, H/4, W/4); H and W are multiples of 32."""

    def __init__(self, config: HrnetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or HrnetConfig()
        self.conv1, self.bn1 = conv_norm(3, STEM_CHANNELS, stride=2)
        self.conv2, self.bn2 = conv_norm(STEM_CHANNELS, STEM_CHANNELS, stride=2)
        widths = [STEM_CHANNELS] + [LAYER1_CHANNELS] * config.blocks
        self.layer1 = nn.Sequential(*(Bottleneck(*pair) for pair in pairwise(widths)))
        self.transition1 = self._first_transition()
        self.stage2 = self._stage(2, config.modules[0], outputs=2)
        self.transition2 = self._transition(3)
        self.stage3 = self._stage(3, config.modules[1], outputs=3)
        self.transition3 = self._transition(4)
        self.stage4 = self._stage(4, config.modules[2], outputs=1)
        self.final_layer = nn.Conv2d(config.width, config.keypoints, 1)

    def _first_transition(self) -> nn.ModuleList:
        fine, coarse = self.config.channels(2)
        keep = nn.Sequential(*conv_norm(LAYER1_CHANNELS, fine), nn.ReLU())
        shrink = nn.Sequential(*conv_norm(LAYER1_CHANNELS, coarse, stride=2), nn.ReLU())
        return nn.ModuleList([keep, nn.Sequential(shrink)])

    def _transition(self, branches: int) -> nn.ModuleList:
        """Leaves the old branches as they are and grows one from the coarsest."""
        *_, coarse, new = self.config.channels(branches)
        shrink = nn.Sequential(*conv_norm(coarse, new, stride=2), nn.ReLU())
        return nn.ModuleList([*(nn.Identity() for _ in range(branches - 1)), nn.Sequential(shrink)])

    def _stage(self, branches: int, modules: int, *, outputs: int) -> nn.Sequential:
        """Only the last module of a stage may leave branches out."""
        channels, blocks = self.config.channels(branches), self.config.blocks
        counts = [branches] * (modules - 1) + [outputs]
        return nn.Sequential(*(HighResolutionModule(channels, blocks, count) for count in counts))

    def forward(self, images: Tensor) -> Tensor:
        """Unbounded scores; training takes their softmax over the cells or their squared error."""
        x = torch.relu(self.bn1(self.conv1(images)))
        x = self.layer1(torch.relu(self.bn2(self.conv2(x))))
        branches = self.stage2([step(x) for step in self.transition1])
        for transition, stage in ((self.transition2, self.stage3), (self.transition3, self.stage4)):
            inputs = [*branches, branches[-1]]  # the new branch grows from the coarsest
            branches = stage([step(y) for step, y in zip(transition, inputs, strict=True)])
        heatmaps: Tensor = self.final_layer(branches[0])
        return heatmaps


def load_published(network: HRNet, state: Mapping[str, Tensor]) -> None:
    """Load a published state dict, with or without mmpose's prefixes.

    Raises RuntimeError, by torch, when a name is missing, left over or of another shape.
    """
    network.load_state_dict({strip_prefix(name): value for name, value in state.items()}, strict=True)


def strip_prefix(name: str) -> str:
    """A parameter's name without the part of mmpose's model it sits in."""
    for prefix in MMPOSE_PREFIXES:
        name = name.removeprefix(prefix)
    return name
