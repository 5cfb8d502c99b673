"""The classifier's networks: 32 frames of channels in, names, families and one embedding out; and one for statistics.

Hochreiter and Schmidhuber 1997 (LSTM); Bai, Kolter, Koltun 2018, arXiv:1803.01271 (temporal convolution); Khosla et al.
2020, arXiv:2004.11362 (the contrastive loss that shapes the embedding).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.ranges import Ranges

EMBEDDING = 128
SUMMARY_LIMIT = 2.5  # usual distances from the usual value
SUMMARY_DROPOUT = (0.2, 0.5, 0.25)  # of the statistics, and before the second and third layer


class Scorer(nn.Module):
    """Input layer and heads around something that turns frames into one vector.

    (B, 32, channels) → class scores (B, classes), family scores (B, families), embedding (B, 128) of unit length.
    """

    def __init__(
        self, channels: int, classes: int, families: int, hidden: int, pooled: int, dropout: float = 0.4
    ) -> None:
        """``pooled``: length of the vector that ``pool`` returns."""
        super().__init__()
        self.enter = nn.Sequential(nn.LayerNorm(channels), nn.Dropout(0.1), nn.Linear(channels, hidden), nn.GELU())
        self.embed = nn.Sequential(nn.Dropout(dropout), nn.Linear(pooled, EMBEDDING))
        self.name = nn.Linear(EMBEDDING, classes)
        self.family = nn.Linear(EMBEDDING, families)

    def pool(self, frames: Tensor) -> Tensor:
        """(B, 32, hidden) to (B, pooled)."""
        raise NotImplementedError

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Score a batch of windows."""
        embedding = self.embed(self.pool(self.enter(frames)))
        shaped = functional.gelu(embedding)
        return self.name(shaped), self.family(shaped), functional.normalize(embedding, dim=1)


class ExerciseLSTM(Scorer):
    """A bidirectional LSTM; attention, mean and maximum over its states."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int = 128) -> None:
        super().__init__(channels, classes, families, hidden, 6 * hidden)
        self.recur = nn.LSTM(hidden, hidden, batch_first=True, bidirectional=True)
        self.attend = nn.Linear(2 * hidden, 1)

    def pool(self, frames: Tensor) -> Tensor:
        """Attention, mean and maximum over time."""
        states, _ = self.recur(frames)
        share = torch.softmax(self.attend(states), dim=1)
        return torch.cat([(share * states).sum(1), states.mean(1), states.amax(1)], dim=1)


class TemporalConvolution(Scorer):
    """Every other frame by a convolution over five, then three dilated ones beside identities.

    Mean and maximum over time, of the frames as they came in and of the last layer.
    """

    def __init__(self, channels: int, classes: int, families: int, hidden: int = 128) -> None:
        super().__init__(channels, classes, families, hidden, 4 * hidden)
        self.halve = nn.Conv1d(hidden, hidden, 5, stride=2, padding=2)
        self.layers = nn.ModuleList(nn.Conv1d(hidden, hidden, 3, padding=d, dilation=d) for d in (1, 2, 4))

    def pool(self, frames: Tensor) -> Tensor:
        """Mean and maximum over time, before and after the convolutions."""
        first = frames.transpose(1, 2)
        x = functional.gelu(self.halve(first))
        for layer in self.layers:
            x = x + functional.gelu(layer(x))
        return torch.cat([first.mean(2), first.amax(2), x.mean(2), x.amax(2)], dim=1)


class SummaryNetwork(nn.Module):
    """Statistics of a whole track through three layers: (B, features) → class scores (B, classes)."""

    def __init__(self, features: int, classes: int, hidden: int) -> None:
        super().__init__()
        self.ranges = Ranges(features, SUMMARY_LIMIT)
        self.layers = nn.Sequential(
            *(nn.Dropout(SUMMARY_DROPOUT[0]), nn.Linear(features, hidden), nn.GELU()),
            *(nn.Dropout(SUMMARY_DROPOUT[1]), nn.Linear(hidden, EMBEDDING), nn.GELU()),
            *(nn.Dropout(SUMMARY_DROPOUT[2]), nn.Linear(EMBEDDING, classes)),
        )

    def forward(self, statistics: Tensor) -> Tensor:
        """Score a batch of tracks."""
        return self.layers(self.ranges(statistics))  # type: ignore[no-any-return]


DESIGNS: dict[str, type[ExerciseLSTM] | type[TemporalConvolution]] = {"lstm": ExerciseLSTM, "tcn": TemporalConvolution}
