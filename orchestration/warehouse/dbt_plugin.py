"""What dbt's connections need from this process: the secret of customer keys, private files.

Named in `profiles.yml`, so that it is in force in an analyst's `dbt build` too.
"""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from orchestration.warehouse.key_secret import key_secret, set_variables
from orchestration.warehouse.private_files import keep_files_private


class Plugin(BasePlugin):
    """Variables belong to a connection, and dbt has one per model."""

    def configure_connection(self, conn: Any) -> None:
        """Before anything is written."""
        keep_files_private()

    def configure_cursor(self, cursor: Any) -> None:
        """Never as text: dbt keeps what it compiles."""
        set_variables(cursor, key_secret())
