"""The network has the names and shapes of the published checkpoints, listed here by rule and not by the network."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from inference.pose.hrnet import HRNet, HrnetConfig, load_published

Shapes = dict[str, tuple[int, ...]]


def _conv_norm(conv: str, norm: str, out: int, inp: int, size: int) -> Shapes:
    vectors = {f"{norm}.{part}": (out,) for part in ("weight", "bias", "running_mean", "running_var")}
    return {f"{conv}.weight": (out, inp, size, size), **vectors, f"{norm}.num_batches_tracked": ()}


def _stem() -> Shapes:
    shapes = _conv_norm("conv1", "bn1", 64, 3, 3) | _conv_norm("conv2", "bn2", 64, 64, 3)
    for block in range(4):
        name, inp = f"layer1.{block}", 64 if block == 0 else 256
        shapes |= _conv_norm(f"{name}.conv1", f"{name}.bn1", 64, inp, 1)
        shapes |= _conv_norm(f"{name}.conv2", f"{name}.bn2", 64, 64, 3)
        shapes |= _conv_norm(f"{name}.conv3", f"{name}.bn3", 256, 64, 1)
    return shapes | _conv_norm("layer1.0.downsample.0", "layer1.0.downsample.1", 256, 64, 1)


def _transitions(w: int) -> Shapes:
    shapes = _conv_norm("transition1.0.0", "transition1.0.1", w, 256, 3)
    shapes |= _conv_norm("transition1.1.0.0", "transition1.1.0.1", 2 * w, 256, 3)
    shapes |= _conv_norm("transition2.2.0.0", "transition2.2.0.1", 4 * w, 2 * w, 3)
    return shapes | _conv_norm("transition3.3.0.0", "transition3.3.0.1", 8 * w, 4 * w, 3)


def _fuse(name: str, w: int, target: int, source: int) -> Shapes:
    out, inp = w << target, w << source
    if source > target:
        return _conv_norm(f"{name}.0", f"{name}.1", out, inp, 1)
    shapes: Shapes = {}
    for step in range(target - source):
        width = out if step == target - source - 1 else inp
        shapes |= _conv_norm(f"{name}.{step}.0", f"{name}.{step}.1", width, inp, 3)
    return shapes


def _module(name: str, w: int, branches: int, outputs: int) -> Shapes:
    shapes: Shapes = {}
    for branch in range(branches):
        for block in range(4):
            for part in (1, 2):
                at = f"{name}.branches.{branch}.{block}"
                shapes |= _conv_norm(f"{at}.conv{part}", f"{at}.bn{part}", w << branch, w << branch, 3)
    for target in range(outputs):
        for source in range(branches):
            shapes |= _fuse(f"{name}.fuse_layers.{target}.{source}", w, target, source)
    return shapes


def published(w: int, keypoints: int) -> Shapes:
    shapes = _stem() | _transitions(w)
    for stage, modules in ((2, 1), (3, 4), (4, 3)):
        for index in range(modules):
            is_last = stage == 4 and index == modules - 1
            shapes |= _module(f"stage{stage}.{index}", w, stage, 1 if is_last else stage)
    return shapes | {"final_layer.weight": (keypoints, w, 1, 1), "final_layer.bias": (keypoints,)}


@pytest.mark.parametrize("width", [18, 32, 48])
def test_names_and_shapes_are_the_published_ones(width: int) -> None:
    with torch.device("meta"):
        state = HRNet(HrnetConfig(width=width, keypoints=17)).state_dict()
    assert {name: tuple(value.shape) for name, value in state.items()} == published(width, 17)


def test_w32_has_the_published_size() -> None:
    with torch.device("meta"):
        network = HRNet(HrnetConfig(width=32, keypoints=17))
    assert len(network.state_dict()) == 1754
    assert round(sum(value.numel() for value in network.parameters()) / 1e6, 1) == 28.5


@pytest.mark.parametrize("is_mmpose", [False, True])
def test_loads_both_published_namings(is_mmpose: bool) -> None:
    def named(name: str) -> str:
        prefix = "keypoint_head." if name.startswith("final_layer") else "backbone."
        return prefix + name if is_mmpose else name

    state = {named(name): torch.full(shape, 3.0) for name, shape in published(18, 17).items()}
    network = HRNet(HrnetConfig(width=18, keypoints=17))
    load_published(network, state)
    assert all(bool((value == 3).all()) for value in network.state_dict().values())


def test_refuses_a_state_dict_with_a_missing_name() -> None:
    network = HRNet(HrnetConfig(width=18, modules=(1, 1, 1), blocks=1))
    state = network.state_dict()
    del state["conv2.weight"]
    with pytest.raises(RuntimeError, match=r"conv2\.weight"):
        load_published(network, state)


@pytest.mark.parametrize(("height", "width"), [(128, 96), (192, 160)])
def test_heatmaps_are_a_quarter_of_the_picture(height: int, width: int) -> None:
    network = HRNet(HrnetConfig(width=18, keypoints=24, modules=(1, 1, 1), blocks=1)).eval()
    with torch.inference_mode():
        assert network(torch.zeros(2, 3, height, width)).shape == (2, 24, height // 4, width // 4)


def test_the_cost_is_the_published_one():
    """7.1 billion multiply-adds (counted in units of 2**30) for W32 at 256 x 192, Sun et al. 2019, table 1."""
    with torch.device("meta"):
        network = HRNet(HrnetConfig(width=32, keypoints=17)).eval()
        picture = torch.zeros(1, 3, 256, 192)
    with FlopCounterMode(display=False) as counter:
        network(picture)
    assert counter.get_total_flops() / 2 / 2**30 == pytest.approx(7.1, abs=0.05)
