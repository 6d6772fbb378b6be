"""Records of an HTTP API, page after page; dlt knows the ways of paging, and asks again politely.

Of dlt only its client is used: nothing of it is kept on the disk, and it tells nobody.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from orchestration.fetching.origins.origin import Cursor, Extract, NothingNewError, OriginError
from orchestration.fetching.rows import file_name, write_records
from orchestration.landing.contract import SourceContract, TableContract

_SECONDS_PER_ANSWER = 60
_ATTEMPTS = 5
_LONGEST_PAUSE_SECONDS = 120
# Dlt asks again for these.
_BUSY = {429, *range(500, 600)}


@dataclass(frozen=True)
class FetchedRecords:
    """What is asked for one table: where, how it pages, and the field that grows with each change.

    The API is asked for records from the watermark on, by `parameter`; those of that very moment
    come twice, and are taken once.
    """

    path: str
    records: str | None
    parameters: Mapping[str, Any]
    paging: Any
    watermark_field: str | None
    watermark_parameter: str | None


@dataclass(frozen=True)
class Api:
    """An API by its address, the header that lets in, and the records by the tables they fill."""

    contract: SourceContract
    url: str
    header: str
    token: str | None
    asked: Mapping[str, FetchedRecords]

    def extracts(self, cursors: Mapping[str, Cursor]) -> Iterator[Extract]:
        """One file per table."""
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        for table_name, asked in self.asked.items():
            table = self.contract.table(table_name)
            cursor = cursors.get(table_name) or {}
            number = int(cursor.get("number", 0)) + 1
            write = partial(self._write, asked, table, cursor, number)
            yield Extract(table_name, file_name(table, yesterday, number), write)

    def _write(
        self, asked: FetchedRecords, table: TableContract, cursor: Any, number: int, path: Path
    ) -> Cursor:
        """Write all pages, or nothing: a page that fails leaves the cursor where it was."""
        new = _NewRecords(asked.watermark_field, cursor.get("value"), set(cursor.get("seen", [])))
        if not write_records(new.of(self._records(asked, cursor.get("value"))), table, path):
            raise NothingNewError
        return {"value": new.highest, "seen": sorted(new.seen_at_highest), "number": number}

    def _records(self, asked: FetchedRecords, low: Any) -> Iterator[Any]:
        os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
        from dlt.sources.helpers.requests import Client
        from dlt.sources.helpers.rest_client import RESTClient  # type: ignore[attr-defined]
        from dlt.sources.rest_api.config_setup import create_paginator

        parameters = dict(asked.parameters)
        if asked.watermark_parameter and low is not None:
            parameters[asked.watermark_parameter] = low
        session = Client(
            request_timeout=_SECONDS_PER_ANSWER,
            request_max_attempts=_ATTEMPTS,
            raise_for_status=False,
            request_max_retry_delay=_LONGEST_PAUSE_SECONDS,
        ).session
        client = RESTClient(self.url, session=session)
        pages = client.paginate(
            asked.path,
            params=parameters,
            paginator=create_paginator(asked.paging),
            data_selector=asked.records,
            auth=self._let_in,  # type: ignore[arg-type]  # requests takes any function
            hooks={"response": [_refuse_at_once]},
            # Another host would get the token.
            allow_redirects=False,
        )
        for page in pages:
            _assert_good(page.response.status_code)
            yield from page

    def _let_in(self, request: Any) -> Any:
        """Show the token, to this API alone: a link to the next page may lead anywhere."""
        if _host(request.url) != _host(self.url):
            raise OriginError("a page leads to another host, which is not asked")
        if self.token is not None:
            request.headers[self.header] = self.token
        return request


@dataclass
class _NewRecords:
    """Those records that were not taken before, and how far they reach."""

    watermark: str | None
    low: Any
    seen: set[str]
    highest: Any = None
    seen_at_highest: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.highest, self.seen_at_highest = self.low, set(self.seen)

    def of(self, records: Iterator[Any]) -> Iterator[Any]:
        """Pass on what is new."""
        for record in records:
            if self.watermark is None or self._is_new(record):
                yield record

    def _is_new(self, record: Any) -> bool:
        value = record.get(self.watermark) if isinstance(record, dict) else None
        if not isinstance(value, str | int | float):
            raise OriginError(f"a record has no {self.watermark}")
        identity = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
        try:
            if self.low is not None and (
                value < self.low or (value == self.low and identity in self.seen)
            ):
                return False
            if self.highest is None or value > self.highest:
                self.highest, self.seen_at_highest = value, set()
        except TypeError:
            raise OriginError(f"{self.watermark} is a text here and a number there") from None
        if value == self.highest:
            self.seen_at_highest.add(identity)
        return True


def _refuse_at_once(response: Any, *_: Any, **__: Any) -> None:
    """Dlt takes any answer for a page; those that are asked for again pass, until they are it."""
    if response.status_code not in _BUSY:
        _assert_good(response.status_code)


def _assert_good(status_code: int) -> None:
    if status_code != HTTPStatus.OK:
        leads = " and leads elsewhere" if status_code in range(300, 400) else ""
        raise OriginError(f"the service answers {status_code}{leads}")


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
