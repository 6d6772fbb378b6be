"""Dagster, made to fit one DuckDB file: its event log, its output, the one writer, the rebuild.

Definitions are in `defs`; no step of a run belongs here.
"""
