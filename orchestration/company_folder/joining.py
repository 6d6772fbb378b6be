"""The product's dbt project and a company folder as one project, below the data folder.

dbt reads one folder of models and renders no variable in its paths, so the joined project is a
folder: a link to each file of the product and of the company, and the seeds in which the company
has a word written anew. Links, not copies: who edits a file through it edits the true one. Folders
are real ones, for dbt follows no link to a folder. Only what differs is touched, so that dbt's
memory of what it parsed holds.
"""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from orchestration.paths import DBT_PROJECT_DIR, REFERENCE_DIR, company_dir, joined_dir
from orchestration.reference_seeds.company_seeds import as_csv, joined_seeds

# What a company may add to the dbt project: the same folders as there.
ADDED = ("models", "macros", "tests", "snapshots")
# Files of the joined project that are written for it, and differ from company to company.
_WRITTEN = (
    Path("dbt_project", "macros", "shapes", "source_list.sql"),
    Path("dbt_project", "macros", "kpis", "unit_families.sql"),
    Path("dbt_project", "macros", "values", "value_ranges.sql"),
    Path("dbt_project", "models", "metrics", "_kpis__metrics.yml"),
)
# Folders that dbt writes, and the documentation, which it does not read.
_NOT_READ = {"target", "logs", "docs"}


class CompanyFolderError(ValueError):
    """A company folder that is none, or that stands in the product's way: what to do."""


def join_company() -> None:
    """Bring the joined project up to date; without a company folder there is none.

    Raises CompanyFolderError.
    """
    company = company_dir()
    if company is None:
        return
    if not company.is_dir():
        raise CompanyFolderError(
            f"THROUGHLINE_COMPANY is {company}, which is no folder: "
            f"`throughline init {company}` makes one"
        )
    target = joined_dir()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The webserver, the daemon and a run may all join at once.
    with (target / "join.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        texts = _seed_texts(company)
        links = {
            place: file
            for place, file in [*_project_links(company), *_seed_links(company)]
            if place not in texts
        }
        for written in _WRITTEN:
            product = links.pop(written)
            if not (target / written).exists():
                texts[written] = product.read_text(encoding="utf-8")
        _remove_all_but(target, {*links, *texts, *_WRITTEN, Path("join.lock")})
        for place, file in links.items():
            _link(target / place, file)
        for place, text in texts.items():
            _write(target / place, text)


def _project_links(company: Path) -> Iterator[tuple[Path, Path]]:
    product = {
        Path("dbt_project", file.relative_to(DBT_PROJECT_DIR)): file
        for file in _files(DBT_PROJECT_DIR)
    }
    yield from product.items()
    for folder in ADDED:
        for file in _files(company / folder):
            place = Path("dbt_project", file.relative_to(company))
            if place in product:
                raise CompanyFolderError(
                    f"{file} is a file of the product's, too: rename it, for a company adds files "
                    "and replaces none (rows of seeds it may replace)"
                )
            yield place, file


def _seed_links(company: Path) -> Iterator[tuple[Path, Path]]:
    for file in _files(REFERENCE_DIR):
        yield _seed_place(file), file
    # Of a company's own seeds their descriptions; their rows are written.
    for file in _files(company / "seeds"):
        if file.suffix == ".yml":
            yield Path("seeds", "reference", "company_folder", file.name), file


def _seed_texts(company: Path) -> dict[Path, str]:
    """The seeds in which the company has a word; one that is no table stays as the product has it.

    `check_seeds` tells what is wrong with it, before a build.
    """
    product = {file.stem: file for file in REFERENCE_DIR.rglob("*.csv")}
    texts = {}
    for name, seed in joined_seeds(REFERENCE_DIR, company).items():
        if seed.problems or seed.path == product.get(name):
            continue
        own = Path("seeds", "reference", "company_folder", f"{name}.csv")
        texts[_seed_place(product[name]) if name in product else own] = as_csv(seed)
    return texts


def _seed_place(file: Path) -> Path:
    return Path("seeds", "reference", file.relative_to(REFERENCE_DIR))


def _files(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(
            folder
            for folder in folders
            if not folder.startswith(".") and not (Path(parent) == root and folder in _NOT_READ)
        )
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _remove_all_but(target: Path, wanted: set[Path]) -> None:
    for parent, _, names in os.walk(target, topdown=False):
        for name in names:
            file = Path(parent, name)
            if file.relative_to(target) not in wanted:
                file.unlink()
        if Path(parent) != target and not any(Path(parent).iterdir()):
            Path(parent).rmdir()


def _link(place: Path, file: Path) -> None:
    if place.is_symlink() and place.readlink() == file:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{os.getpid()}.new")
    new.symlink_to(file)
    new.replace(place)


def _write(place: Path, text: str) -> None:
    if not place.is_symlink() and place.exists() and place.read_text(encoding="utf-8") == text:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{os.getpid()}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(place)
