"""What the product is built on stands in four files; they say the same, and nothing in them is left open."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = (
    "requirements.txt",
    "requirements-test.txt",
    "benchmarks/apps/requirements.txt",
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
TO_RUN = [*PYPROJECT["project"]["dependencies"], *EXTRAS["build"]]


def bounds(lines):
    """Name to bounds, for lines as pip writes them."""
    asked = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each.specifier for each in asked}


def locked(name):
    """The requirements of a lock file, each with its hashes, as one line."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    return [
        line.strip()
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def versions(name):
    """Package to the versions that a lock file pins it to; two where one Python needs another."""
    pinned = {}
    for line in locked(name):
        each = Requirement(line.split(" --hash")[0])
        pinned.setdefault(canonicalize_name(each.name), set()).add(str(each.specifier))
    return pinned


def test_conda_asks_for_the_same():
    text = (ROOT / "environment.yml").read_text("utf-8")
    conda = bounds(re.findall(r"^  - (\S+ \S*[<>=]\S*)$", text, re.MULTILINE))
    assert (
        conda.pop("python")
        == Requirement("python" + PYPROJECT["project"]["requires-python"]).specifier
    )
    assert conda == bounds(TO_RUN)


def test_conda_names_nothing_without_bounds_but_pip():
    text = (ROOT / "environment.yml").read_text("utf-8").split("dependencies:")[1]
    assert re.findall(r"^  - (\S+)$", text, re.MULTILINE) == ["pip"]


def test_build_tool_is_the_one_that_is_pinned():
    assert bounds(EXTRAS["build"]) == bounds(PYPROJECT["build-system"]["requires"])


def test_each_dependency_gives_its_reason():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    for line in [*TO_RUN, *EXTRAS["test"]]:
        assert re.search(rf'"{re.escape(line)}",\s+# \w', text), (
            f"{line} has no comment that says what it is for"
        )


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_one_version_with_hashes(name):
    lines = locked(name)
    assert len(lines) > 50
    for line in lines:
        assert re.match(
            r"[a-z0-9-]+==[\w.]+ ( ; [^#]+? )? *--hash=sha256:",
            line.replace(" ;", "  ;"),
        ), line
        assert set(re.findall(r"--(\S+?)[=:]", line)) == {"hash"}
        assert all(
            re.fullmatch("[0-9a-f]{64}", digest)
            for digest in re.findall(r"--hash=sha256:(\S+)", line)
        )


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_and_no_folder_in_it(name):
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text and not re.search(
        r"(?<!\S)/|file:|--(?:extra-)?index|--find-links", text
    )


@pytest.mark.parametrize("name", LOCKS)
def test_says_how_it_was_made(name):
    head = (ROOT / name).read_text("utf-8").splitlines()[1]
    assert "uv pip compile --universal --generate-hashes" in head and head.endswith(
        f"-o {name}"
    )


@pytest.mark.parametrize(
    "name, asked", [(LOCKS[0], TO_RUN), (LOCKS[1], [*TO_RUN, *EXTRAS["test"]])]
)
def test_what_pyproject_asks_for_is_locked_within_its_bounds(name, asked):
    pinned = versions(name)
    for package, specifier in bounds(asked).items():
        assert package in pinned, f"{package} is missing from {name}"
        assert all(
            specifier.contains(Version(each.removeprefix("==")))
            for each in pinned[package]
        ), package


def test_tests_run_on_the_versions_that_are_shipped():
    assert set(locked(LOCKS[0])) <= set(locked(LOCKS[1]))


def test_benchmarks_compare_on_the_versions_that_are_tested():
    tested, compared = versions(LOCKS[1]), versions(LOCKS[2])
    shared = tested.keys() & compared.keys()
    assert (
        "tornado" in shared
        and {name for name in shared if not compared[name] <= tested[name]} == set()
    )


@pytest.mark.parametrize("package", ["pandas", "numpy", "matplotlib", "lxml", "pyzmq"])
def test_compiled_packages_are_locked_for_every_platform(package):
    """One file of such a package fits one platform and one Python: a lock made on one machine may hold a few hashes."""
    hashes = [
        line.count("--hash=")
        for line in locked(LOCKS[0])
        if line.startswith(f"{package}==")
    ]
    assert min(hashes) >= 20
