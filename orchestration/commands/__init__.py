"""What a person types and reads: the `throughline` command, its groups and its scoreboard."""
