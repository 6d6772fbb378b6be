"""The rooms of `orchestration/` stand one above the other: a module imports only what is below."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from orchestration.paths import PROJECT_DIR

ROOT = PROJECT_DIR / "orchestration"
LOOSE = {"__init__.py", "definitions.py", "paths.py"}
# From the ground up; a new room needs a place among them.
ROOMS = (
    *("paths", "warehouse", "statistics", "understanding", "acting", "sample_world"),
    *(
        "reference_seeds",
        "company_folder",
        "landing",
        "fetching",
        "identity",
        "backup",
        "reporting",
        "publishing",
        "instance",
        "privacy",
        "components",
        "defs",
        "definitions",
        "ui",
    ),
    "commands",
)


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(root: Path) -> dict[str, set[str]]:
    """The modules of a package that each of them imports, also within its functions."""
    paths = {module_name(root, path): path for path in sorted(root.rglob("*.py"))}
    return {
        module: {name for name in _imported(path, paths.keys()) if name != module}
        for module, path in paths.items()
    }


def _imported(path: Path, modules) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            for alias in node.names:
                within = f"{node.module}.{alias.name}"
                yield within if within in modules else node.module


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def upward_imports(imports: dict[str, set[str]]) -> list[str]:
    """Imports of a room that is not below, and of one that has no place."""
    places = {room: place for place, room in enumerate(ROOMS)}
    return [
        f"{module} imports {imported}"
        for module, every_imported in imports.items()
        for imported in sorted(every_imported)
        if room_of(module) != room_of(imported)
        and not places.get(room_of(imported), len(ROOMS)) < places.get(room_of(module), -1)
    ]


def circle(imports: dict[str, set[str]]) -> list[str]:
    """The modules of one circle, if there is any."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def loose_files(root: Path) -> set[str]:
    return {path.name for path in root.glob("*.py")} - LOOSE


@pytest.fixture(scope="module")
def imports():
    return imports_of(ROOT)


def test_every_room_imports_only_rooms_below_it(imports):
    assert upward_imports(imports) == []


def test_every_room_has_a_place(imports):
    assert {room_of(module) for module in imports} - {""} == set(ROOMS)


def test_no_modules_import_each_other_in_a_circle(imports):
    assert circle(imports) == []


def test_nothing_lies_loose_on_top():
    assert loose_files(ROOT) == set()


@pytest.fixture
def package(tmp_path):
    """A package of the same name, with files that the test writes."""

    def write(files):
        root = tmp_path / "orchestration"
        for name, text in ({"__init__.py": ""} | files).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            (path.parent / "__init__.py").touch()
            path.write_text(text)
        return root

    return write


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("from orchestration.publishing.versions import roll_back", id="a name"),
        pytest.param("from orchestration.publishing import versions", id="a module"),
        pytest.param("import orchestration.publishing.versions", id="a whole name"),
        pytest.param(
            "def late():\n    from orchestration.publishing import versions", id="within a function"
        ),
    ],
)
def test_an_import_that_goes_up_is_found(package, line):
    root = package({"identity/registry.py": line, "publishing/versions.py": ""})

    assert upward_imports(imports_of(root)) == [
        "orchestration.identity.registry imports orchestration.publishing.versions"
    ]


def test_a_room_without_a_place_is_found(package):
    root = package({"attic/box.py": "from orchestration import paths", "paths.py": ""})

    assert upward_imports(imports_of(root)) == [
        "orchestration.attic.box imports orchestration.paths"
    ]


def test_a_circle_is_found(package):
    root = package(
        {
            "identity/models.py": "from orchestration.identity.training import train",
            "identity/training.py": (
                "def late():\n    from orchestration.identity import models\n"
            ),
        }
    )

    assert set(circle(imports_of(root))) == {
        "orchestration.identity.models",
        "orchestration.identity.training",
    }


def test_a_loose_file_is_found(package):
    assert loose_files(package({"paths.py": "", "helpers.py": ""})) == {"helpers.py"}
