"""Dagster's UI, daemon and code server as one command, for the person who started it alone.

Runs are Dagster's, and end without the UI; no definition belongs here.
"""
