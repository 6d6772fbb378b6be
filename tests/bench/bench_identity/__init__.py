"""How well and how fast identities are resolved, beside other tools on the same data.

`python -m tests.bench.bench_identity [SECTION …]` prints one JSON; a section is a module here with
`add_arguments(parser)` and `run(arguments) -> dict`. Nothing in here asserts: tests do.
"""
