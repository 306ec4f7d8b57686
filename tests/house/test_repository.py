"""What may not be in the repository, and what a newcomer needs to find there."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORBIDDEN = re.compile(
    "|".join(
        [
            "py" + r"pi\.org",
            "python" + "hosted",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian",
            r"(?<![\w.])/" + r"work/(?:main|shared|\.library)",
            r"/" + r"root/",
            "farm" + "-(?:bench|studio)",
        ]
    )
)


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.fail("the tests of the repository need git and a checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_committed_file_names_a_package_index_host_or_a_path_of_this_machine() -> None:
    found = []
    for path in committed():
        if path.suffix in {".parquet", ".png", ".xlsx", ".ico"}:
            continue
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1):
            if FORBIDDEN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_the_sample_is_small() -> None:
    sizes = [path.stat().st_size for path in (ROOT / "data" / "sample").rglob("*") if path.is_file()]
    assert 0 < sum(sizes) <= 5_000_000


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_every_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if "==" in entry]
    assert len(entries) > 50
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_both_locks_pin_the_same_versions() -> None:
    def pins(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE))

    product, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: test.get(name) for name in product} == product


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = (ROOT / "requirements.lock").read_text("utf-8").lower()
    names = [re.split(r"[><=\[]", entry)[0].lower() for entry in project["dependencies"]]
    assert [name for name in names if f"\n{name}==" not in f"\n{locked}" and f"\n{name}[" not in f"\n{locked}"] == []


@pytest.mark.parametrize(
    "name", ["README.md", "README.ru.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "docs/glossary.md", ".ci/run"]
)
def test_a_newcomer_finds(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0
