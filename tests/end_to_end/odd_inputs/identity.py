"""Odd inputs about who is who: placeholders, redactions, switchboards, merges by a vendor.

Each case has a hundred numbers of its own: CRM contact 98010001 is of case 9801.
"""

from tests.end_to_end.odd_inputs.company import DeliveredFiles
from tests.end_to_end.odd_inputs.service import user

SWITCHBOARD = "+48223109988"
# Digits of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE on a keypad, and other words.
WITHHELD = (
    *("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"),
    *("anonymous", "Restricted", "unknown", "withheld", "Private", "0000000", "+10000000000"),
)


def deliver(files: DeliveredFiles) -> None:
    """The files of every case of this area."""
    deleted_user(files)
    placeholder_birth_date(files)
    learnt_birth_date(files)
    phone_extension(files)
    withheld_numbers(files)
    merged_contacts(files)


# The vendors' shapes


def contact(number: int, given_name: str, surname: str, day: str, **changes: str) -> dict:
    """A contact of the CRM; the address is made of the name."""
    return {
        **{"Record ID": str(number), "First Name": given_name, "Last Name": surname},
        **{"Email": f"{given_name}.{surname}@example.org".lower(), "Country/Region": "PL"},
        **{"Postal Code": "00-001", "Customer segment": "Standard", "Lifecycle Stage": "lead"},
        **{"Create Date": "2026-01-02 10:00", "Last Modified Date": f"{day} 10:00"},
    } | {name.replace("_", " "): value for name, value in changes.items()}


def shop_customer(number: int, given_name: str, surname: str, day: str, **changes: object) -> dict:
    """A customer of the shop; the address is made of the name."""
    at = f"{day}T10:00:00+01:00"
    return {
        **{"id": number, "email": f"{given_name}.{surname}@example.org".lower(), "phone": None},
        **{"first_name": given_name, "last_name": surname, "state": "enabled"},
        **{"created_at": at, "updated_at": at},
        "default_address": {"address1": "x", "city": "Warszawa", "zip": "", "country_code": "PL"},
    } | changes


def call(number: str, caller: str, at: str) -> dict:
    """A call that a person answered."""
    day = at[:10]
    return {
        **{"ContactId": number, "InitialContactId": None, "PreviousContactId": None},
        **{"NextContactId": None, "Channel": "VOICE", "InitiationMethod": "INBOUND"},
        "CustomerEndpoint": {"Address": caller, "Type": "TELEPHONE_NUMBER"},
        "Agent": {
            **{"Username": "agent.101", "ConnectedToAgentTimestamp": f"{day}T10:01:00Z"},
            **{"AgentInteractionDuration": 240, "CustomerHoldDuration": 0},
            "AfterContactWorkDuration": 5,
        },
        "Queue": {"Name": "Phone North", "EnqueueTimestamp": at, "Duration": 60},
        "Attributes": {"ContactReason": "Billing", "Language": "pl"},
        **{"InitiationTimestamp": at, "DisconnectTimestamp": f"{day}T10:05:00Z"},
        **{"DisconnectReason": "AGENT_DISCONNECT", "LastUpdateTimestamp": f"{day}T10:05:00Z"},
    }


# Placeholders and redactions as traits


def deleted_user(files: DeliveredFiles) -> None:
    """9800: the help desk redacts a user whom the shop knows; two more bear one placeholder."""
    day = "2026-03-02"
    files.add("shop.customers", day, shop_customer(6000000980001, "Anna", "Deleter", day))
    anna = user(980000000001, "Anna Deleter")
    redacted = {"name": "Permanently Deleted User", "email": None, "active": False}
    files.add("tickets.users", day, anna)
    files.add(
        "tickets.users",
        "2026-04-01",
        anna | redacted | {"updated_at": "2026-04-01T08:00:00Z"},
        user(980000000002, "Gelöschter Benutzer") | {"email": "privacy.980@example.org"},
        user(980000000003, "GDPR 7f21") | {"email": "privacy.980@example.org"},
    )


def placeholder_birth_date(files: DeliveredFiles) -> None:
    """9801: one person, once with a date that a form set; two strangers with such a date."""
    day = "2026-03-03"
    files.add(
        "crm.contacts",
        day,
        contact(98010001, "Zofia", "Datowska", day, Date_of_birth="1900-01-01"),
        contact(98010002, "Zofia", "Datowska", day, Date_of_birth="1985-05-05"),
        contact(98010003, "Ewa", "Zerowa", day, Date_of_birth="1753-01-01", Email=""),
        contact(98010004, "Olga", "Zerowa", day, Date_of_birth="1753-01-01", Email=""),
    )


def learnt_birth_date(files: DeliveredFiles) -> None:
    """9802: a day that no list has and that thirty persons bear, one of them with another too."""
    day = "2026-03-03"
    given = ("Adam", "Beata", "Celina", "Dorota", "Edward")
    surnames = ("Fronczak", "Gawlik", "Hordyna", "Iwaniuk", "Jeziorski", "Kulesza")
    files.add(
        "crm.contacts",
        day,
        *(
            contact(98020000 + n, given[n % 5], surnames[n % 6], day, Date_of_birth="1983-07-07")
            | {"Postal Code": f"3{n % 10}-{100 + n}"}
            for n in range(30)
        ),
        contact(98020099, "Adam", "Fronczak", day, Date_of_birth="1961-02-03"),
    )


def phone_extension(files: DeliveredFiles) -> None:
    """9803: two persons behind one switchboard, and a call from another one."""
    day = "2026-03-03"
    files.add(
        "crm.contacts",
        day,
        contact(98030001, "Jan", "Centralny", day, Phone_Number="+48 22 310 45 67 ext. 12"),
        contact(98030002, "Jan", "Inny", day, Phone_Number="+48 22 310 45 67 x15"),
        contact(98030003, "Ewa", "Sama", day, Phone_Number="+48 22 310 99 88 wew. 7"),
    )
    files.add("calls.contact_records", day, call("9803-1", SWITCHBOARD, f"{day}T10:00:00Z"))


def withheld_numbers(files: DeliveredFiles) -> None:
    """9804: strangers who show no number, twice each."""
    for day in ("2026-01-12", "2026-01-14"):
        files.add(
            "calls.contact_records",
            day,
            *(
                call(f"9804-{number}-{day}", caller, f"{day}T10:00:00Z")
                for number, caller in enumerate(WITHHELD)
            ),
        )


# Merges by a vendor


def merged_contacts(files: DeliveredFiles) -> None:
    """9805: the CRM merges two contacts of two names; the shop knows both, one by the old address.

    A third contact bears the first one's surname and is left alone.
    """
    before, after = "2026-04-20", "2026-05-01"
    files.add(
        "crm.contacts",
        before,
        contact(98050001, "Marysia", "Mergecka", before),
        contact(98050002, "Maria", "Zamezna", before),
        contact(98050003, "Magda", "Mergecka", before),
    )
    files.add(
        "crm.contacts",
        after,
        contact(98050002, "Maria", "Zamezna", after)
        | {"Merged record IDs": "98050001", "Additional email addresses": "m.old@example.org"},
    )
    files.add(
        "shop.customers",
        after,
        shop_customer(6000000980051, "Maria", "Zamezna", after, email="m.old@example.org"),
        shop_customer(6000000980052, "Maria", "Zamezna", after),
        shop_customer(6000000980053, "Marysia", "Mergecka", after),
    )
