"""Ids that several digital sources write alike: accounts, browsers, phones, and today's e-mail.

What only one source writes belongs in that source's writer.
"""

import uuid
from collections.abc import Callable

import numpy as np
import pandas as pd

# Any fixed namespaces do: the same device has the same id in every world.
BROWSERS = uuid.UUID("5d9a3b34-6c1e-4f0e-9a53-1f1b5d0b2c11")
PHONES = uuid.UUID("0b8e8f57-3f5e-4a0a-8b0c-9d2f6c7e4a22")


def account_ids(accounts: np.ndarray | pd.Series) -> np.ndarray:
    """The text that website, app, portal and telemetry have in common; None without an account."""
    return _texts(accounts, lambda account: f"A{account:07d}")


def anonymous_ids(devices: np.ndarray | pd.Series) -> np.ndarray:
    """The id that a browser or an app sends before anybody signs in."""
    return _texts(devices, lambda device: str(uuid.uuid5(BROWSERS, str(device))))


def phone_ids(devices: np.ndarray | pd.Series) -> np.ndarray:
    """A phone's id, as both the app and a store's beacon report it."""
    return _texts(devices, lambda device: str(uuid.uuid5(PHONES, str(device))).upper())


def emails_at(persons: pd.DataFrame, times: np.ndarray | pd.Series) -> np.ndarray:
    """The address that each person (one row per time) used at that time."""
    changed_at = persons["email_changed_at"].to_numpy()
    has_changed = ~np.isnat(changed_at) & (changed_at <= np.asarray(times))
    return np.where(has_changed, persons["new_email"].to_numpy(), persons["email"].to_numpy())


def _texts(numbers: np.ndarray | pd.Series, text: Callable[[int], str]) -> np.ndarray:
    """A text for each number, worked out once per distinct one; None for -1."""
    positions, distinct = pd.factorize(np.asarray(numbers))
    texts = np.array(
        [text(number) if number >= 0 else None for number in distinct.tolist()], dtype=object
    )
    return texts[positions]
