"""A small shop of the test's own: its exports, which look like no source of the product's."""

import csv
import random
from datetime import datetime, timedelta
from pathlib import Path

ORDERS = (
    "Order No",
    "Customer No",
    "Order Date",
    "State",
    "Currency",
    "Total",
    "Promised",
    "Delivered",
)
CUSTOMERS = ("Customer No", "E-mail", "First name", "Last name", "Town", "Since")
REVIEWS = ("Review", "Order No", "Stars", "Words; if any", "Written")
_FIRST = ("Zoë", "Jürgen", "Ada", "Bob", "Chiara", "Dörte", "Emil", "Fay", "Gus", "Hanna")
_LAST = ("Müller", "Nowak", "O'Neil", "Silva", "Berg", "Kaya", "Lund", "Rossi", "Weiß", "Yilmaz")


def write_exports(folder: Path) -> None:
    """Forty customers, 160 orders, 100 reviews; three months of them, in local clock time."""
    chance = random.Random(7)  # noqa: S311
    folder.mkdir(parents=True, exist_ok=True)
    customers = [
        (
            f"K{number:03}",
            f"{_FIRST[number % 10].lower()}{number}@mail{number % 3}.example".encode(
                "ascii", "ignore"
            ).decode(),
            _FIRST[number % 10],
            _LAST[number // 4],
            "Köln" if number % 2 else "Bonn",
            "2025-12-01",
        )
        for number in range(40)
    ]
    orders, reviews = [], []
    for number in range(160):
        placed = datetime(2026, 1, 2, 9) + timedelta(hours=13 * number, minutes=7 * (number % 8))
        state = "storniert" if number % 20 == 3 else "bezahlt"
        promised = placed.date() + timedelta(days=4)
        delivered = placed + timedelta(days=chance.choice((2, 3, 3, 4, 6)), hours=2)
        orders.append(
            (
                f"{1000 + number}",
                f"K{chance.randrange(40):03}",
                placed.isoformat(" "),
                state,
                "EUR",
                f"{chance.randrange(500, 15000) / 100:.2f}".replace(".", ","),
                promised.isoformat(),
                delivered.isoformat(" ") if state == "bezahlt" else "",
            )
        )
        if state == "bezahlt" and number % 3 != 0:
            written = delivered + timedelta(hours=chance.randrange(1, 60))
            words = chance.choice(("", "Schön; gerne wieder", 'Kam "spät"'))
            stars = str(chance.choice((1, 3, 4, 4, 5, 5)))
            reviews.append((f"R{number}", f"{1000 + number}", stars, words, written.isoformat(" ")))
    for name, header, rows in (
        ("orders", ORDERS, orders),
        ("customers", CUSTOMERS, customers),
        ("reviews", REVIEWS, reviews),
    ):
        path = folder / f"{name}_2026-04-15.csv"
        with path.open("w", encoding="cp1252", newline="") as file:
            csv.writer(file, delimiter=";").writerows([header, *rows])
