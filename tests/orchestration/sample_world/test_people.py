import phonenumbers
import pytest

from orchestration.sample_world.names import COUNTRIES, LANGUAGES


def test_people_live_in_all_countries_and_speak_all_languages(small_world):
    assert set(small_world.persons["country_code"]) == set(COUNTRIES)
    assert set(small_world.persons["language"]) == set(LANGUAGES)


def test_every_phone_number_is_valid_in_its_country(small_world):
    for phone, country in zip(
        small_world.persons["phone"], small_world.persons["country_code"], strict=True
    ):
        number = phonenumbers.parse(phone)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.region_code_for_number(number) == country


@pytest.mark.parametrize(
    ("language", "first", "last"),
    [
        pytest.param("ru", "А", "я", id="Cyrillic"),
        pytest.param("zh", "一", "鿿", id="Chinese"),
    ],
)
def test_names_are_in_their_own_script(small_world, language, first, last):
    names = small_world.persons.query("language == @language")["surname"]

    assert len(names)
    assert all(first <= letter <= last for name in names for letter in name)


def test_two_companies_have_a_mailbox_that_many_people_use(big_world):
    users = big_world.persons.query("is_shared_mailbox")["email"].value_counts()

    offices = users[users.index.str.contains("@firm")]

    assert len(offices) == 2
    assert (offices > 25).all()


def test_some_households_share_a_phone_a_device_or_a_mailbox(small_world):
    persons = small_world.persons

    for column in ("phone", "device_web", "email"):
        shared = persons.groupby(column)["person"].transform("size") > 1
        assert shared.any()
    by_phone = persons[persons["is_household_phone"]].groupby("phone")["household"].nunique()
    assert (by_phone == 1).all()


def test_some_people_change_their_address_and_some_type_junk(big_world):
    persons = big_world.persons

    assert persons["new_email"].notna().any()
    assert persons["email_changed_at"][persons["new_email"].isna()].isna().all()
    assert (persons["email"] == "test@test.com").any()


def test_nearly_half_first_come_after_the_world_began(big_world):
    share = (big_world.persons["first_at"] >= big_world.start).mean()

    assert 0.43 < share < 0.53


def test_some_people_have_no_account_no_card_or_nothing_but_a_handle(big_world):
    persons = big_world.persons
    has_account, has_card = persons["account"] >= 0, persons["loyalty_card"].notna()

    assert (~has_account & has_card).any()
    assert (~has_account & ~has_card & persons["social_handle"].notna()).any()
    guests = big_world.orders[big_world.orders["is_guest"]]["person"].unique()
    assert (~has_account.loc[guests]).any()
