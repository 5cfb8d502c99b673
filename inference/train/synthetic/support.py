"""Puts a body on what carries it: the ground, a bar, a bench."""

from __future__ import annotations

import numpy as np

from inference.skeleton import INDEX
from inference.train.synthetic.body import NUMBER, Floats

_PALMS = [INDEX["left_palm"], INDEX["right_palm"]]
_ANKLES = [INDEX["left_ankle"], INDEX["right_ankle"]]
_FACE = [INDEX[n] for n in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
_BODY = [i for i in range(24) if i not in _FACE]


def place(points: Floats, angles: Floats, support: str, height: float) -> Floats:
    """Points (T, 24, 3) about the pelvis, moved to where the support holds them. Unknown supports raise KeyError."""
    anchor = _anchor(points, support, height)
    travel = np.stack([angles[:, NUMBER[name]] for name in ("aside", "jump", "ahead")], axis=1)
    return np.asarray(points - anchor[:, None] + travel[:, None])


def _anchor(points: Floats, support: str, height: float) -> Floats:
    """(T, 3) what has to come to rest at the origin."""
    on_ground = {"feet": _ANKLES, "lowest": [INDEX["waist"]], "hands": _PALMS}
    if support in on_ground:
        return _above_ground(points, points[:, on_ground[support]].mean(axis=1))
    held = {"bar": _PALMS, "pelvis": [INDEX["waist"]], "neck": [INDEX["neck"]]}[support]
    return np.asarray(points[:, held].mean(axis=1) - [0, height, 0])


def _above_ground(points: Floats, across: Floats) -> Floats:
    """The lowest point of the body touches the ground."""
    anchor = across.copy()
    anchor[:, 1] = points[:, _BODY, 1].min(axis=1)
    return anchor
