"""Exported networks say what the product's own say."""

import pytest
import torch

from inference import __main__ as cli
from inference.commands import export
from inference.network import ExerciseLSTM
from inference.pose.hrnet import HRNet, HrnetConfig

every_format = pytest.mark.parametrize("kind", export.FORMATS.values(), ids=export.FORMATS)


@pytest.mark.parametrize(("options", "ending"), [([], ".onnx"), (["--format", "torchscript"], ".pt")])
def test_the_classifier_is_exported_with_equal_outputs(options, ending, tmp_path, capsys):
    folder = tmp_path / "networks"
    assert cli.main(["export", *options, str(folder)]) == 0
    files = sorted(path.name for path in folder.iterdir())
    assert files[0] == f"classifier-0{ending}"
    assert capsys.readouterr().out.count("outputs differ by") == len(files)


@every_format
def test_the_pose_network_is_exported_with_equal_outputs(kind, tmp_path):
    torch.manual_seed(0)
    network, crops = HRNet(HrnetConfig(width=8, modules=(1, 1, 1), blocks=1)).eval(), torch.randn(2, 3, 64, 64)
    assert export.export(network, crops, tmp_path / "pose", kind) < export.TOLERANCE
    assert (tmp_path / "pose").exists()


@every_format
def test_another_network_is_noticed(kind, tmp_path):
    frames = torch.randn(2, 32, 10)
    one, other = (ExerciseLSTM(10, 4, 2, 8).eval() for _ in range(2))
    kind.write(one, frames, tmp_path / "one")
    assert export.compare(other, frames, tmp_path / "one", kind) > 0.01
    assert export.compare(one, frames, tmp_path / "one", kind) == pytest.approx(0, abs=1e-5)


@every_format
def test_a_file_that_says_something_else_does_not_take_its_place(kind, tmp_path):
    frames, path = torch.randn(2, 32, 10), tmp_path / "networks" / "one"
    path.parent.mkdir()
    one, other = (ExerciseLSTM(10, 4, 2, 8).eval() for _ in range(2))
    export.export(one, frames, path, kind)
    before = path.read_bytes()
    with pytest.raises(export.DifferentError, match="outputs differ by"):
        export.export(other, frames, path, kind._replace(write=lambda _, *rest: kind.write(one, *rest)))
    assert [file.name for file in path.parent.iterdir()] == ["one"]
    assert path.read_bytes() == before
