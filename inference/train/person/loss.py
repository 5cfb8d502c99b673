"""What the detector is told: which anchors hold a person, where exactly, and that the others hold nobody.

Every anchor of the middle cell whose shape is near a box's learns it, on every head (YOLOv3 takes the best one alone;
with few pictures more teachers per box help). Boxes by CIoU (Zheng et al. 2020, arXiv:1911.08287).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from inference.pose import yolo
from inference.pose.yolo import YoloConfig

LIKE_SHAPE = 3.0  # largest ratio of a side of a box to that of an anchor that may learn it
ALREADY_FOUND = 0.55  # an untaught anchor that overlaps a box so far is not blamed
UNKNOWN_WEIGHT = 0.15  # of "nobody here" in a picture in which not everybody has a box
BOX_WEIGHT, HELD_WEIGHT = 2.0, 1.0


def iou(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Intersection over union of boxes (…, 4) as middle and size, and the CIoU."""
    a_low, a_high = a[..., :2] - a[..., 2:] / 2, a[..., :2] + a[..., 2:] / 2
    b_low, b_high = b[..., :2] - b[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2
    shared = (torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low)).clamp_min(0).prod(-1)
    union = a[..., 2:].prod(-1) + b[..., 2:].prod(-1) - shared
    overlap = shared / union.clamp_min(1e-6)
    hull = (torch.maximum(a_high, b_high) - torch.minimum(a_low, b_low)).square().sum(-1).clamp_min(1e-6)
    apart = (a[..., :2] - b[..., :2]).square().sum(-1) / hull
    bend = torch.atan(a[..., 2] / a[..., 3].clamp_min(1e-3)) - torch.atan(b[..., 2] / b[..., 3].clamp_min(1e-3))
    shape = 4 / math.pi**2 * bend.square()
    with torch.no_grad():
        share = shape / (1 - overlap + shape).clamp_min(1e-6)
    return overlap, overlap - apart - share * shape


def loss_of(heads: list[Tensor], boxes: list[Tensor], complete: Tensor, config: YoloConfig, side_px: int) -> Tensor:
    """Loss of a batch: boxes (n, 4) of each picture as middle and size px; ``complete`` (N,): whether those are all."""
    total = heads[0].new_zeros(())
    for number, head in enumerate(heads):
        rows = yolo.split(head.float())
        anchors, stride = config.head_anchors(number), side_px // head.shape[2]
        found = yolo.boxes_of(rows, anchors, stride)
        target, weight, box_loss, taught = _teach(rows, found, boxes, anchors, stride, complete)
        held = functional.binary_cross_entropy_with_logits(rows[..., 4], target, weight, reduction="sum")
        total = total + (HELD_WEIGHT * held + BOX_WEIGHT * box_loss) / max(taught, len(boxes))
    return total


def _teach(
    rows: Tensor, found: Tensor, boxes: list[Tensor], anchors: Tensor, stride: int, complete: Tensor
) -> tuple[Tensor, Tensor, Tensor, int]:
    """Objectness targets and weights (N, 3, H, W), the boxes' loss, and how many anchors learn a box."""
    target, weight = torch.zeros_like(rows[..., 4]), torch.ones_like(rows[..., 4])
    weight[~complete] = UNKNOWN_WEIGHT
    box_loss, taught = rows.new_zeros(()), 0
    for picture, own in enumerate(boxes):
        if not len(own):
            continue
        with torch.no_grad():
            overlap = torch.stack([iou(found[picture], box)[0] for box in own]).amax(0)
            weight[picture][overlap > ALREADY_FOUND] = 0
        place = _places(own, anchors, stride, rows.shape[2:4])
        at, which = place[:, :3].unbind(1), place[:, 3]
        _, closeness = iou(found[picture][at], own[which])
        box_loss = box_loss + (1 - closeness).sum()
        target[picture][at], weight[picture][at] = 1.0, 1.0
        taught += len(which)
    return target, weight, box_loss, taught


def _places(boxes: Tensor, anchors: Tensor, stride: int, grid: torch.Size) -> Tensor:
    """(M, 4) anchor, row, column and number of every box that an anchor may learn."""
    ratio = boxes[None, :, 2:] / anchors[:, None, :]
    fits = torch.maximum(ratio, 1 / ratio).amax(-1) < LIKE_SHAPE  # (3, n)
    anchor, which = fits.nonzero(as_tuple=True)
    cell = (boxes[which, :2] / stride).long()
    row, column = cell[:, 1].clamp(0, grid[0] - 1), cell[:, 0].clamp(0, grid[1] - 1)
    return torch.stack([anchor, row, column, which], 1)
