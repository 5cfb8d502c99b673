"""Exported networks say what the product's own say."""

import pytest
import torch

from inference import __main__ as cli
from inference.commands import export
from inference.network import ExerciseLSTM
from inference.pose.hrnet import HRNet, HrnetConfig


def test_the_classifier_is_exported_with_equal_outputs(tmp_path, capsys):
    assert cli.main(["export", str(tmp_path)]) == 0
    files = sorted(path.name for path in tmp_path.glob("*.onnx"))
    assert files[0] == "classifier-0.onnx"
    assert capsys.readouterr().out.count("outputs differ by") == len(files)


def test_the_pose_network_is_exported_with_equal_outputs(tmp_path):
    torch.manual_seed(0)
    network, crops = HRNet(HrnetConfig(width=8, modules=(1, 1, 1), blocks=1)).eval(), torch.randn(2, 3, 64, 64)
    export.write(network, crops, tmp_path / "pose.onnx")
    assert export.compare(network, crops, tmp_path / "pose.onnx") < export.TOLERANCE


def test_another_network_is_noticed(tmp_path):
    frames = torch.randn(2, 32, 10)
    one, other = (ExerciseLSTM(10, 4, 2, 8).eval() for _ in range(2))
    export.write(one, frames, tmp_path / "one.onnx")
    assert export.compare(other, frames, tmp_path / "one.onnx") > 0.01
    assert export.compare(one, frames, tmp_path / "one.onnx") == pytest.approx(0, abs=1e-5)
