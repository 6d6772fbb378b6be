"""The `throughline` command: all that a person types, and the scoreboard that they read."""
