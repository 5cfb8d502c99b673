"""The table of moves: postures of each exercise as rows of joint angles."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from inference.train.synthetic.body import CHANNELS, NUMBER, PAIRS, Floats

TABLE = Path(__file__).with_name("moves.toml")
SWAPPED = np.array(
    [NUMBER[name.replace("left_", "right_") if name.startswith("left_") else name.replace("right_", "left_")]
     for name in CHANNELS]
)  # fmt: skip
SIGNS = np.array([-1.0 if name in {"roll", "yaw", "bend", "twist", "aside"} else 1.0 for name in CHANNELS])
# Of two words for one thing a row has one.
_RIVALS = {"turn": "path", "path": "turn", "mode": "modes", "modes": "mode", "base": "bases"}
SIDES = {"l": "left", "r": "right"}

Pose = dict[str, float]


@dataclass(frozen=True)
class Move:
    """One way to do an exercise."""

    start: Floats  # (C,)
    path: tuple[Floats, ...]  # postures between start and start
    mode: str  # both, alternate, side or cycle
    driven: dict[str, str]  # pair → the side that the table names; the other is half a period behind
    kind: str  # reps or hold
    tempo_s: tuple[float, float]
    support: str
    height: float  # metres, of what the body rests on
    hop: float
    travel: float  # metres to the front with each repetition


@cache
def read_table() -> dict[str, Any]:
    """The whole table."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def usual_view(slug: str) -> str | None:
    """From where an exercise is usually filmed; None when from anywhere."""
    view: str | None = read_table()["moves"].get(slug, {}).get("view")
    return view


def mirror(poses: Floats) -> Floats:
    """Left and right swapped in (…, C)."""
    return np.asarray(poses[..., SWAPPED] * SIGNS)


def draw_move(slug: str, rng: np.random.Generator) -> Move:
    """One of the ways that the table knows. Raises KeyError for an exercise it does not have."""
    table = read_table()
    row = _draw_style(table["moves"][slug], rng)
    base_name = rng.choice(row["bases"]) if "bases" in row else row["base"]
    posture = table["postures"][base_name]
    base: Pose = posture["pose"]
    if base_name != row["base"] and base_name in {"seated", "prone"}:
        row = _without_legs(row)
    held = str(rng.choice(row["arms"])).split(">") if "arms" in row else []
    variant = row["variants"][int(rng.integers(len(row["variants"])))] if "variants" in row else {}
    first, then = (Ground(base, table["hands"][held[at]] if held else {}, variant) for at in (0, -1))
    start = first.lay(row.get("start", {}))
    between = row.get("path", [row["turn"]] if "turn" in row else [])
    return Move(
        start=start,
        path=tuple(then.lay(pose) for pose in between),
        mode=str(rng.choice(row["modes"])) if "modes" in row else row.get("mode", "both"),
        driven=_driven(row),
        kind=row.get("kind", "reps"),
        tempo_s=tuple(row.get("tempo", (2.0, 4.0))),
        support=row.get("support", posture["support"]),
        height=row.get("height", posture.get("height", 0.0)),
        hop=row.get("hop", 0.0),
        travel=row.get("travel", 0.0),
    )


def _draw_style(row: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """A row with what one of its styles names in place of its own."""
    if "styles" not in row:
        return row
    style: dict[str, Any] = row["styles"][int(rng.integers(len(row["styles"])))]
    rivals = {_RIVALS[key] for key in style if key in _RIVALS}
    return {key: value for key, value in row.items() if key not in rivals} | style


@dataclass(frozen=True)
class Ground:
    """What a posture of a move lies on."""

    base: Pose
    hands: Pose
    variant: Pose

    def lay(self, pose: Pose) -> Floats:
        """Base, hands, the posture itself, the variant; the later wins."""
        out = np.zeros(len(CHANNELS))
        for layer in (self.base, self.hands, pose, self.variant):
            for name, value in layer.items():
                out[_channels(name)] = value
        return out


def _channels(name: str) -> list[int]:
    """The channels that a name of the table stands for."""
    if name in PAIRS:
        return [NUMBER[f"left_{name}"], NUMBER[f"right_{name}"]]
    side, _, rest = name.partition("_")
    return [NUMBER[f"{SIDES[side]}_{rest}"]] if side in SIDES and rest in PAIRS else [NUMBER[name]]


def _driven(row: dict[str, Any]) -> dict[str, str]:
    named = [name for pose in (row.get("start", {}), row.get("turn", {})) for name in pose]
    sided = [name.partition("_") for name in named if name.partition("_")[0] in SIDES and name not in PAIRS]
    return {rest: SIDES[side] for side, _, rest in sided}


def _without_legs(row: dict[str, Any]) -> dict[str, Any]:
    """The same arms on another posture."""
    arms = {"arm", "plane", "arm_turn", "elbow", "wrist", "shrug"}
    kept = {
        key: {name: value for name, value in row[key].items() if name.removeprefix("l_").removeprefix("r_") in arms}
        for key in ("start", "turn")
        if key in row
    }
    return row | kept
