"""The corpus is found in a checkout and in an installed wheel alike."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

from parity import corpus


def copy_of_module(package: Path) -> ModuleType:
    """`parity.corpus` as if it had been installed in `package`."""
    package.mkdir(parents=True)
    path = Path(shutil.copy(corpus.__file__, package))
    spec = importlib.util.spec_from_file_location("corpus_elsewhere", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_checkout_has_it_at_the_top(tmp_path: Path) -> None:
    module = copy_of_module(tmp_path / "parity")
    assert module.scenarios_dir() == tmp_path / "scenarios"
    assert module.snapshots_dir() == tmp_path / "snapshots"


def test_a_wheel_has_it_inside_the_package(tmp_path: Path) -> None:
    module = copy_of_module(tmp_path / "parity")
    (tmp_path / "scenarios").mkdir()  # another distribution's, in the same site-packages
    for name in ("scenarios", "snapshots"):
        (tmp_path / "parity" / "corpus" / name).mkdir(parents=True)
    assert module.scenarios_dir() == tmp_path / "parity" / "corpus" / "scenarios"
    assert module.snapshots_dir() == tmp_path / "parity" / "corpus" / "snapshots"
