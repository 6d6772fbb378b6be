"""The check of JSON texts: those that may become raw rows, and the faults of the others."""

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from orchestration.landing.accounting import Batch, Tally
from orchestration.landing.contract import TableContract
from orchestration.landing.problems import KEPT_REJECT_BYTES, Reject

# One object may be this long.
MAX_ELEMENT_BYTES = 16 << 20

_CLOSER_LOOK = """
    select
        _line,
        payload,
        case
            when trim(payload, ' \t\r\n') = '' then 'blank'
            when contains(payload, chr(0)) then 'nul'
            when not coalesce(json_valid(payload), false) then 'bad_json'
            when regexp_matches(payload, '(^|[^\\\\])(\\\\\\\\)*\\\\u0000') then 'nul'
            when try(json_type(payload)) <> 'OBJECT' then 'not_an_object'
            {no_key}
        end as reason_code
    from _landing_elements
    where reason_code is not null
    order by _line
"""


def _too_large(texts: pa.Array, numbers: np.ndarray) -> list[Reject]:
    return [
        Reject(int(number), 1, "too_large", text.as_buffer()[:KEPT_REJECT_BYTES].to_pybytes())
        for number, text in zip(numbers, texts, strict=True)
    ]


class ElementCheck:
    """Refuses texts that staging couldn't read: DuckDB's own parser decides what is JSON."""

    def __init__(
        self, contract: TableContract, tally: Tally, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self._tally = tally
        self._connection = connection
        self._paths = [f'$."{key}"' for key in contract.landing_key]
        lacks_key = " or ".join(
            f"coalesce(trim(try(json_extract_string(payload, ${number}))), '') = ''"
            for number, _ in enumerate(self._paths, start=1)
        )
        # One parse of each text, as long as nothing is wrong with any.
        is_suspect = lacks_key or "coalesce(try(json_type(payload)), '') <> 'OBJECT'"
        self._suspects = f"select 1 from _landing_elements where {is_suspect} limit 1"
        self._closer_look = _CLOSER_LOOK.format(
            no_key=f"when {lacks_key} then 'no_key'" if lacks_key else "",
        )

    def is_passed_by_all(self, texts: pa.Array) -> bool:
        """Whether nothing is wrong with any of the texts."""
        elements = pa.table({"payload": texts, "_line": pa.nulls(len(texts), pa.int64())})
        return not self._wrong(elements)

    def batch(
        self,
        texts: pa.Array,
        numbers: np.ndarray,
        rejects: list[Reject],
        *,
        is_checked: bool = False,
    ) -> Batch:
        """The good elements; the tally learns about all of them."""
        is_too_large = pc.greater(pc.binary_length(texts), MAX_ELEMENT_BYTES)
        if pc.any(is_too_large).as_py():
            rejects += _too_large(texts.filter(is_too_large), numbers[np.array(is_too_large)])
            texts, numbers = texts.filter(pc.invert(is_too_large)), numbers[~np.array(is_too_large)]
        elements = pa.table({"payload": texts, "_line": pa.array(numbers, pa.int64())})
        wrong = [] if is_checked else self._wrong(elements)
        if wrong:
            self._tally.blank_lines += sum(code == "blank" for _, _, code in wrong)
            rejects += [
                Reject(number, 1, reason_code, payload.encode()[:KEPT_REJECT_BYTES])
                for number, payload, reason_code in wrong
                if reason_code != "blank"
            ]
            is_wrong = np.isin(numbers, [number for number, _, _ in wrong])
            elements = elements.filter(pa.array(~is_wrong))
        self._tally.row_lines += len(elements)
        self._tally.loaded_rows += len(elements)
        self._tally.count_rejects(rejects)
        rejects.sort(key=lambda reject: reject.line_number)
        return Batch(elements, rejects)

    def _wrong(self, elements: pa.Table) -> list[tuple[int, str, str]]:
        if not len(elements):
            return []
        # On the bytes of all texts at once: Arrow's own search takes four times as long.
        has_escaped_nul = any(
            b"\\u0000" in chunk.buffers()[2].to_pybytes() for chunk in elements["payload"].chunks
        )
        self._connection.register("_landing_elements", elements)
        try:
            if not has_escaped_nul and not self._rows(self._suspects):
                return []
            return self._rows(self._closer_look)
        finally:
            self._connection.unregister("_landing_elements")

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, self._paths).fetchall()
