"""The published tables of odd inputs about who is who."""

from tests.end_to_end.odd_inputs.identity import WITHHELD


def customers(odd_company, source: str, *ids: int) -> list[str]:
    """The customer of each profile of a source."""
    return [odd_company.customer_key(source, str(one)) for one in ids]


def test_a_redacted_user_stays_the_person_whom_the_shop_knows(odd_company):
    (shop,) = customers(odd_company, "shop", 6000000980001)
    anna, *others = customers(odd_company, "tickets", 980000000001, 980000000002, 980000000003)

    assert anna == shop
    assert len({anna, *others}) == 3
    names = odd_company.warehouse(
        "select given_name, surname from intermediate.int_identity__golden_records "
        f"where customer_key in ('{others[0]}', '{others[1]}')"
    )
    assert names.isna().all(axis=None)


def test_a_birth_date_that_a_form_set_neither_parts_nor_joins(odd_company):
    one, other, *strangers = customers(odd_company, "crm", 98010001, 98010002, 98010003, 98010004)

    assert one == other
    assert len(set(strangers)) == 2
    years = odd_company.warehouse(
        "select birth_year from intermediate.int_customers__descriptions "
        f"where customer_key = '{one}'"
    )
    assert years["birth_year"].tolist() == [1985]


def test_a_birth_date_that_far_too_many_share_is_none(odd_company):
    first, corrected, *others = customers(
        odd_company, "crm", 98020000, 98020099, *range(98020001, 98020030)
    )

    assert first == corrected
    assert len({first, *others}) == 30
    dated = odd_company.warehouse(
        "select profile_key from intermediate.int_identity__profiles "
        "where birth_date = date '1983-07-07'"
    )
    assert dated.empty


def test_extensions_of_one_switchboard_are_different_persons(odd_company):
    jan, inny, ewa = customers(odd_company, "crm", 98030001, 98030002, 98030003)

    assert len({jan, inny, ewa}) == 3


def test_who_calls_from_a_switchboard_or_withholds_the_number_is_nobody(odd_company):
    cases = odd_company.published(
        "select is_customer_known, customer_key, case_key from marts.fct_cases "
        "where case_id like '9803-%' or case_id like '9804-%'"
    )

    assert len(cases) == 1 + 2 * len(WITHHELD)
    assert not cases["is_customer_known"].any()
    assert cases["customer_key"].isna().all()
    steps = odd_company.published(
        "select touchpoint_key from marts.fct_journey_steps inner join marts.fct_touchpoints "
        "using (touchpoint_key) inner join marts.fct_cases using (case_key) "
        "where case_id like '9803-%' or case_id like '9804-%'"
    )
    assert steps.empty


def test_a_merge_by_the_vendor_joins_two_names(odd_company):
    merged, kept, other = customers(odd_company, "crm", 98050001, 98050002, 98050003)
    shop = customers(odd_company, "shop", 6000000980051, 6000000980052, 6000000980053)

    assert {merged, kept, *shop} == {kept}
    assert other != kept


def test_a_lead_that_the_messenger_merged_is_the_user(odd_company):
    assert odd_company.customer_key("chat", "f11lead") == odd_company.customer_key(
        "chat", "f11user"
    )
