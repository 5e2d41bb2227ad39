"""What all tests share: exactly one marker each, and fixtures for what a machine may lack."""
from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

KINDS = ("unit", "integration", "e2e", "verify")
ROOT = Path(__file__).resolve().parent.parent
CollectHook = Generator[None, pytest.CollectReport, pytest.CollectReport]

# No deadline, because a busy machine is no fault; the same examples in every run, because a failure has to be
# somebody's change.
settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("suite")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> CollectHook:
    """Refuse tests that belong to no kind or to several, as an error of their file that xdist shows too."""
    report = yield
    faults = []
    for item in report.result:
        if isinstance(item, pytest.Item):
            kinds = [kind for kind in KINDS if item.get_closest_marker(kind)]
            if len(kinds) != 1:
                faults.append(f"{item.name} has {' and '.join(kinds) or 'none'}")
    if faults:
        report.outcome, report.result = "failed", []
        report.longrepr = f"each test has exactly one of the markers {', '.join(KINDS)}, but\n" + "\n".join(faults)
    return report


@pytest.fixture(scope="session", autouse=True)
def _one_key() -> Generator[None]:
    """What a test process calls the visits of its logs: the same in every run, as everything else is."""
    from hospital_twin.importers import Pseudonyms, _pseudonyms
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_pseudonyms, "passing", lambda: Pseudonyms(b"the key of the test suite"))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material that is not part of the repository."""
    named = os.environ.get("HOSPITAL_TWIN_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if folder.is_dir():
        return folder
    if named:
        pytest.fail(f"HOSPITAL_TWIN_SHARED={named} is not a folder", pytrace=False)
    pytest.skip("NOT TESTED against real logs: no reference material (set HOSPITAL_TWIN_SHARED to its folder)")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's executable, for playwright's ``executable_path``."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    pytest.skip("NOT TESTED in a browser: no chromium on the PATH (on Debian: apt install chromium)")
