"""Each account, shown to fail when the data is wrong."""

import pytest

from orchestration.landing import check_accounting

HEADER = "receipt_no,Loyalty Card,amount\n"


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        pytest.param("update ledger.loads set lines = lines + 1", "don't add up", id="lines"),
        pytest.param("delete from raw_pos.receipts where receipt_no = '1'", "raw rows", id="row"),
        pytest.param("update raw_pos.receipts set _load_id = 9", "raw rows", id="orphans"),
        pytest.param("delete from ledger.rejects", "rejects listed", id="rejects"),
        pytest.param("update ledger.rejects set line_count = 2", "rejects listed", id="span"),
        pytest.param("insert into ledger.loads from ledger.loads", "live loads", id="twice"),
    ],
)
def test_accounts_that_do_not_balance_are_named(pos, damage, problem):
    place = pos()
    place.deliver("receipts_2026-01-02.csv", HEADER + "1,C1,5\n2,C2,6\nragged\n")
    place.land()

    place.query(damage)

    assert any(problem in found for found in check_accounting(place.connection))
