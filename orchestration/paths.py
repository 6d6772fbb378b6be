"""Where things are. Only locations belong here; no file is opened or made.

`THROUGHLINE_COMPANY` is the folder of what a company has of its own, seeds and sources; without it
the warehouse is the sample company's. `THROUGHLINE_DATA` moves the data folder, so that another
company (or a test) has files of its own.
"""

import os
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"
REFERENCE_DIR = PROJECT_DIR / "seeds" / "reference"
SAMPLE_DIR = PROJECT_DIR / "seeds" / "sample"


def company_dir() -> Path | None:
    """What a company has of its own: seeds, sources, models. None for the sample company."""
    folder = os.environ.get("THROUGHLINE_COMPANY")
    return Path(folder).resolve() if folder else None


def data_dir() -> Path:
    """The data folder of this run: landing, archive, quarantine, both databases, published."""
    home = company_dir() or PROJECT_DIR
    return Path(os.environ.get("THROUGHLINE_DATA") or home / "data").resolve()


def dbt_project_dir() -> Path:
    """The dbt project that is built: the product's, with what the company adds to it."""
    return DBT_PROJECT_DIR if company_dir() is None else joined_dir() / "dbt_project"


def reference_dir() -> Path:
    """The seeds that are loaded: the product's, with what the company says instead."""
    return REFERENCE_DIR if company_dir() is None else joined_dir() / "seeds" / "reference"


def joined_dir() -> Path:
    """Where product and company folder are joined; written by every command."""
    return data_dir() / "project"


def landing_dir() -> Path:
    """Where senders put deliveries: one folder per source."""
    return data_dir() / "landing"


def fetching_dir() -> Path:
    """What is fetched from where, by source: in the company's folder, else in that of the data."""
    return (company_dir() or data_dir()) / "fetching"


def fetched_dir() -> Path:
    """How far each source was fetched, private."""
    return data_dir() / "fetched"


def claimed_dir() -> Path:
    """Deliveries that a run has taken out of landing and not yet settled, by source."""
    return data_dir() / "claimed"


def archive_dir() -> Path:
    """Every accepted delivery, named by the hash of its content."""
    return data_dir() / "archive"


def quarantine_dir() -> Path:
    """Every delivery that broke a file-level rule, named by the hash of its content."""
    return data_dir() / "quarantine"


def warehouse_path() -> Path:
    """The private database: raw, ledger, staging, intermediate."""
    return data_dir() / "warehouse.duckdb"


def public_build_path() -> Path:
    """The public marts while they are built; never what a reader opens."""
    return data_dir() / "build" / "cx.duckdb"


def identity_models_dir() -> Path:
    """Versions of the matching model, by number."""
    return data_dir() / "identity_models"


def text_models_dir() -> Path:
    """The version of the text models, by the hash of what it was learnt from."""
    return data_dir() / "text_models"


def privacy_dir() -> Path:
    """Who is left out, by keyed hashes; what was erased, by count; a request that is under way."""
    return data_dir() / "privacy"


def erasure_request_path() -> Path:
    """Whom an erasure that is not proved yet is about."""
    return privacy_dir() / "erasing.json"


def retention_mark_path() -> Path:
    """There while rows that were kept for long enough are being let go of."""
    return privacy_dir() / "retaining.json"


def audience_log_path() -> Path:
    """How many addresses of which audience were exported when: a line each, private."""
    return data_dir() / "audience_exports.jsonl"


def dbt_dir() -> Path:
    """The artifacts that dbt writes about this data: manifest, results, compiled SQL, log."""
    return data_dir() / "dbt"


def dev_dir() -> Path:
    """An analyst's copies of both databases."""
    return data_dir() / "dev"


def dagster_dir() -> Path:
    """Dagster's memory: `.dagster/` of the project, or of a data folder that is elsewhere."""
    at_home = data_dir() == PROJECT_DIR / "data"
    return (PROJECT_DIR if at_home else data_dir()) / ".dagster"


def published_dir() -> Path:
    """Published versions, and `cx.duckdb`, the link to the current one."""
    return data_dir() / "published"


def published_metrics_dir() -> Path:
    """The definitions of the published metrics, as a dbt project in which `mf` runs."""
    return published_dir() / "metrics"


def report_path() -> Path:
    """The page that people open: the report of the current version."""
    return published_dir() / "report" / "index.html"


def documentation_path() -> Path:
    """Where the documentation of the current version begins."""
    return published_dir() / "docs" / "index.html"


def published_path() -> Path:
    """The file that BI tools open."""
    return published_dir() / "cx.duckdb"
