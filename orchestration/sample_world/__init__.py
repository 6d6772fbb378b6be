"""A seeded company with known truth: its customers act, seventeen sources export what they saw.

`python -m orchestration.sample_world --help` writes it. The pipeline reads `landing/` only;
`truth/` is for the proofs. Nothing here reads what the warehouse computes, or how it defines a
journey.
"""

DEFAULT_CUSTOMERS = 10_000
DEFAULT_DAYS = 180
DEFAULT_CHUNK_SIZE = 20_000
