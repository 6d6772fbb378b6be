import pytest

from orchestration.publishing.spellings import (
    ACCOUNT,
    CARD,
    EMAIL,
    PERSON_NUMBER,
    PHONE,
    USUAL_COUNTRIES,
    read,
)

FOUND = {
    EMAIL: [
        "ada@example.com",
        "Please write to Ada.B+x@mail.example.co.uk, thanks",
        '"ada lovelace"@example.com',
        "ada\N{FULLWIDTH COMMERCIAL AT}example\N{FULLWIDTH FULL STOP}com",
        "ada%40example.com",
        "?next=%2Fada%2540example.com",
        "żółw@przykład.pl",
        "ada@xn--przykad-rjb.pl",
        "ada&#64;example.com",
        '{"to":"ada\\u0040example.com"}',
        "a\\x00d\\x00a\\x00@\\x00x\\x00.\\x00d\\x00e\\x00",
        "a\N{ZERO WIDTH SPACE}da@example.com",
    ],
    PHONE: [
        "+48601234567",
        "call +48 601-234-567 after six",
        "+48 (0) 22 123 45 67",
        "+٤٨٥٠١٢٣٤٥٦٧",
        "0048 501 234 567",
        "00 48 501 234 567",
        "22 123 45 67",
        "(22) 123 45 67",
        "601 234 567",
        "501.234.567",
        "tel. 501-234-567.",
        "501\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567",
        "501\N{NON-BREAKING HYPHEN}234\N{NON-BREAKING HYPHEN}567",
        "٥٠١ ٢٣٤ ٥٦٧",
        "\uff15\uff10\uff11 \uff12\uff13\uff14 \uff15\uff16\uff17",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "030/1234567",
        "(030) 1234567",
        "0151 23456789",
        "07911 123456",
        "020 7946 0958",
        "(212) 555-0187",
    ],
    CARD: [
        "4111 1111 1111 1111",
        "card 4111-1111-1111-1111, please",
        "3782 822463 10005",
    ],
    ACCOUNT: [
        "PL61 1090 1014 0000 0712 1981 2874",
        "PL61109010140000071219812874",
        "61 1090 1014 0000 0712 1981 2874",
        "DE89 3704 0044 0532 0130 00 thanks",
        "gb82west12345698765432",
        "FR14 2004 1010 0505 0001 3M02 606",
    ],
}
# Nothing but digits: a column of them is judged as a whole.
DOUBTFUL = {
    PHONE: ["0048501234567"],
    CARD: ["4111111111111111"],
    ACCOUNT: ["61109010140000071219812874"],
    PERSON_NUMBER: ["44051401359", "PESEL: 44051401359"],
}
NOTHING = [
    "2026-03-01 12:00:00+00",
    "2026-03-01/2026-04-01",
    "01.02.2026 10:30",
    "00:15:00 to 01:15:00",
    "20260301120000",
    "1767225600000000",
    "d41d8cd9-8f00-3204-a980-0998ecf8427e",
    "d41d8cd98f00b204e9800998ecf8427e",
    "100234567",
    "00000012345",
    "10000000123",
    "5901234123457",
    "4111111111111112",
    "0000000000000000",
    "44051401358",
    "PL61 1090 1014 0000 0712 1981 2875",
    "ORD-2026-000123",
    "#1001",
    "SKU 12-3456-78",
    "978-3-16-148410-0",
    "1,234,567.89",
    "1 234 567,89",
    "501 234 567,00",
    "0.4111111111111111",
    "0.1234567890",
    "100 000 000",
    "192.168.100.200",
    "/orders/030/1234567",
    "me @ home",
    "@ada and 3.50",
    "icon@2x.png",
    "+5 points",
    "0200-0300",
    "account_registered > help_viewed > video_watched",
    "[email] called [phone]",
    "Zażółć gęślą jaźń 12",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in FOUND.items() for text in texts]
)
def test_a_spelling_of_personal_data_is_found(kind, text):
    assert kind in read(text).certain


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in DOUBTFUL.items() for text in texts]
)
def test_bare_digits_that_pass_are_told_apart(kind, text):
    reading = read(text)

    assert reading.certain == frozenset()
    assert kind in reading.doubtful
    assert reading.has_bare_digits


@pytest.mark.parametrize("text", NOTHING)
def test_what_marts_really_hold_passes(text):
    reading = read(text)

    assert reading.certain | reading.doubtful == frozenset()


def test_a_national_spelling_is_found_where_the_company_is():
    spelling = "210 123 4567"

    assert PHONE not in read(spelling).certain
    assert PHONE in read(spelling, USUAL_COUNTRIES | {"GR"}).certain


@pytest.mark.parametrize(
    "first", [44_051_401_000, 4_111_111_111_111_000, 6_211_111_111_111_111_000]
)
def test_of_numbers_that_count_few_pass_as_anything(first):
    passed = [number for number in range(first, first + 1_000) if read(str(number)).doubtful]

    assert 0 < len(passed) < 150
