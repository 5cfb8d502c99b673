"""The classifier's network: a bidirectional LSTM over 32 frames, pooled by attention into one embedding.

Hochreiter and Schmidhuber 1997 (LSTM); Khosla et al. 2020, arXiv:2004.11362 (the contrastive loss that shapes the
embedding).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

EMBEDDING = 128


class ExerciseLSTM(nn.Module):
    """(B, 32, channels) → class scores (B, classes), family scores (B, families), embedding (B, 128) of unit length."""

    def __init__(self, channels: int, classes: int, families: int, hidden: int = 128, dropout: float = 0.4) -> None:
        super().__init__()
        self.enter = nn.Sequential(nn.LayerNorm(channels), nn.Dropout(0.1), nn.Linear(channels, hidden), nn.GELU())
        self.recur = nn.LSTM(hidden, hidden, batch_first=True, bidirectional=True)
        self.attend = nn.Linear(2 * hidden, 1)
        self.embed = nn.Sequential(nn.Dropout(dropout), nn.Linear(6 * hidden, EMBEDDING))
        self.name = nn.Linear(EMBEDDING, classes)
        self.family = nn.Linear(EMBEDDING, families)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Score a batch of windows."""
        states, _ = self.recur(self.enter(frames))
        share = torch.softmax(self.attend(states), dim=1)
        pooled = torch.cat([(share * states).sum(1), states.mean(1), states.amax(1)], dim=1)
        embedding = self.embed(pooled)
        shaped = functional.gelu(embedding)
        return self.name(shaped), self.family(shaped), functional.normalize(embedding, dim=1)
