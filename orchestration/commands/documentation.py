"""The documentation of the published version, written again: what it says is in `reporting`.

The caller holds `warehouse_lock`.
"""

from datetime import datetime

import duckdb

from orchestration.publishing import versions
from orchestration.reporting.documents.write import company_documentation
from orchestration.warehouse.connections import SETTINGS, read_warehouse
from orchestration.warehouse.dbt_invocation import manifest_path


class DocumentationError(Exception):
    """There is nothing to document."""


def write_again() -> None:
    """Write the documentation of the version that readers see, by the code that is here now."""
    version = versions.current_version()
    note = versions.describe(version) if version is not None else None
    if version is None or note is None:
        raise DocumentationError("nothing is published yet: `throughline run` does it")
    with read_warehouse() as warehouse:
        write = company_documentation(warehouse, manifest_path())
    published = versions.version_dir(version) / "cx.duckdb"
    with (
        duckdb.connect(str(published), read_only=True, config=SETTINGS) as connection,
        versions.replaced_part(version, "docs") as folder,
    ):
        write(connection, version, datetime.fromisoformat(note["published_at"]), folder)
