"""A dbt project of its own for a materialization, in a folder of the test."""

from pathlib import Path

from orchestration.paths import DBT_PROJECT_DIR

_PROJECT = """
name: own
version: 0.1.0
profile: own
model-paths: [models]
seed-paths: [seeds]
macro-paths: ["{macros}", macros]
seeds: {{+schema: reference}}
flags: {{send_anonymous_usage_stats: false}}
"""
_PROFILE = """
own:
  target: here
  outputs:
    here:
      type: duckdb
      path: "{folder}/own.duckdb"
      schema: main
      threads: 1
      settings: {{threads: 2}}
      module_paths: ["{folder}"]
      plugins: [{{module: dying}}]
"""
# `die()` ends the process as a power cut would: nothing is rolled back or closed.
_DYING_PLUGIN = """
import os

from dbt.adapters.duckdb.plugins import BasePlugin


class Plugin(BasePlugin):
    def configure_connection(self, conn):
        conn.create_function("die", lambda: os._exit(9), [], "INTEGER", side_effects=True)
"""


def write_own_project(folder: Path) -> None:
    """Write a project with our materializations, without a model; it builds `own.duckdb`."""
    for name in ("models", "seeds", "macros"):
        (folder / name).mkdir()
    macros = DBT_PROJECT_DIR / "materializations"
    (folder / "dbt_project.yml").write_text(_PROJECT.format(macros=macros))
    (folder / "profiles.yml").write_text(_PROFILE.format(folder=folder))
    (folder / "dying.py").write_text(_DYING_PLUGIN)
