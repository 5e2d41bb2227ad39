"""The wheel alone carries the program and what it ships."""
from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hospital_twin.shipped import layouts_folder, samples_folder

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
ASK = "from hospital_twin import shipped; print(shipped.layouts_folder(), shipped.samples_folder(), sep='\\n')"


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (wheel,) = folder.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_checkout_has_layouts_and_samples():
    assert layouts_folder() == ROOT / "layouts"
    assert samples_folder() == ROOT / "data_samples"
    assert any(name.endswith(".yaml") for name in files(layouts_folder()))
    assert files(samples_folder())


def test_wheel_ships_them_where_the_program_looks(unpacked: Path):
    # -I keeps the checkout out of sys.path, so the answer is the wheel's own.
    code = f"import sys; sys.path.insert(0, {str(unpacked)!r}); {ASK}"
    result = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    layouts, samples = map(Path, result.stdout.splitlines())
    assert layouts.is_relative_to(unpacked)
    assert samples.is_relative_to(unpacked)
    assert files(layouts) == files(ROOT / "layouts")
    assert files(samples) == files(ROOT / "data_samples")


def test_wheel_has_both_packages_and_nothing_beside_them(unpacked: Path):
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {
        "hospital_twin", "dashboards",
    }
    for package in ("hospital_twin", "dashboards"):
        assert files(ROOT / package) == {name for name in files(unpacked / package) if not name.startswith("_shipped/")}


def test_wheel_declares_the_command_the_page_and_the_licence(unpacked: Path):
    (metadata,) = unpacked.glob("*.dist-info")
    points = (metadata / "entry_points.txt").read_text(encoding="utf-8")
    assert "[console_scripts]\nhospital-twin = hospital_twin.cli:main" in points
    assert "[hospital_twin.apps]\ndashboard = dashboards.app:serve" in points
    assert (metadata / "licenses" / "LICENSE").is_file()
