"""Who a request is about: one customer, all their profiles, and everything that names them.

Found in the last build. A value that other people show too names nobody: their rows would go with
it. Nothing is written here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import duckdb
import phonenumbers

from orchestration.identity.phones import e164
from orchestration.landing.suppression import normal
from orchestration.warehouse.connections import read_warehouse

# The space of each kind of identifier; of a contact's id the source, which stands before it.
_SPACES = {
    "email": "email",
    "phone": "phone",
    "account_id": "account",
    "loyalty_card": "card",
    "device_id": "device",
    "social_handle": "handle",
}
# What is looked for in bytes is long enough to be no coincidence.
_SHORTEST_TEXT = 6
_SHORTEST_NUMBER = 10
PROFILE_KEY, CUSTOMER_KEY = "profile_key", "customer_key"


class UnknownSubjectError(ValueError):
    """No customer has the identifier, or more than one; in words for who asked."""


@dataclass(frozen=True)
class Subject:
    """One person. `values` name them, by space; `searched` is how files may spell them."""

    customer_keys: Sequence[str] = ()
    profile_keys: Sequence[str] = ()
    values: Sequence[tuple[str, str]] = ()
    searched: Sequence[str] = ()
    # Values that others show too, and names: told by count, and not looked for.
    shared_count: int = 0
    # What a matching model may list: terms of theirs that nobody else has, by column.
    terms: dict[str, list[str]] = field(default_factory=dict)
    text_keys: Sequence[str] = ()
    # What there is of them, by name of the table.
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def listed(self) -> list[tuple[str, str]]:
        """What goes on the suppression list."""
        return [
            *self.values,
            *((CUSTOMER_KEY, key) for key in self.customer_keys),
            *((PROFILE_KEY, key) for key in self.profile_keys),
        ]

    def as_dict(self) -> dict[str, Any]:
        """For the file of a request that is under way."""
        return asdict(self)


def subject_of(identifier: str) -> Subject:
    """The person whom an e-mail address, a phone number, `source:id` or a customer key names.

    Also of somebody whom the last build does not know: then the identifier alone names them. Raises
    UnknownSubjectError, UnreadableWarehouseError.
    """
    identifier = identifier.strip()
    if not identifier:
        raise UnknownSubjectError("an empty identifier names nobody")
    with read_warehouse() as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'intermediate' "
                "union select view_name from duckdb_views() where schema_name = 'intermediate'"
            ).fetchall()
        }
        if "int_identity__customer_profiles" not in tables:
            return _by_identifier_alone(identifier)
        return _Search(connection).subject(identifier)


class _Search:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def subject(self, identifier: str) -> Subject:
        customers = self._customers(identifier)
        if len(customers) > 1:
            keys = ", ".join(sorted(customers))
            raise UnknownSubjectError(
                f"{len(customers)} customers show it: name one of them by its key ({keys})"
            )
        if not customers:
            return _by_identifier_alone(identifier)
        (customer,) = customers
        return self._of_customer(customer, identifier)

    def _customers(self, identifier: str) -> set[str]:
        """Live customers whom the identifier names."""
        if len(identifier) == 32 and set(identifier) <= set("0123456789abcdef"):
            return self._keys(
                "select coalesce(live_customer_key, customer_key) from "
                "intermediate.int_identity__customer_keys where customer_key = $1",
                identifier,
            )
        found = self._keys(
            "select customer_key from intermediate.int_identity__identifiers "
            "inner join intermediate.int_identity__customer_profiles using (profile_key) "
            "where identifier_type || ':' || identifier_value in ($1, $2, $3)",
            f"email:{normal('email', identifier)}",
            f"phone:{e164(identifier, None) or identifier}",
            identifier,
        )
        source, colon, profile_id = identifier.partition(":")
        if colon:
            found |= self._keys(
                "select customer_key from intermediate.int_identity__profiles "
                "inner join intermediate.int_identity__customer_profiles using (profile_key) "
                "where int_identity__profiles.source_name = $1 and ("
                "source_profile_id = $2 or regexp_replace(source_profile_id, '^[a-z]+:', '') = $2)",
                source,
                profile_id,
            )
        return found

    def _keys(self, query: str, *values: str) -> set[str]:
        return {key for (key,) in self._connection.execute(query, list(values)).fetchall()}

    def _of_customer(self, customer: str, identifier: str) -> Subject:
        connection = self._connection
        # A device that nobody else logs in on is theirs, and so is its visitor without a name.
        connection.execute(
            """
            create or replace temp table mine as
            select profile_key, customer_key from intermediate.int_identity__customer_profiles
            where customer_key = $1
            union
            select members.profile_key, members.customer_key
            from intermediate.int_identity__customer_profiles as members
            where not exists (
                    select 1 from intermediate.int_identity__customer_profiles as others
                    inner join intermediate.int_identity__personal_profiles using (profile_key)
                    where others.customer_key = members.customer_key
                )
                and members.profile_key in (
                    select profile_key from intermediate.int_identity__identifiers
                    where identifier_type = 'device_id'
                    group by profile_key
                    having count(*) = count(*) filter (where identifier_value in (
                        select identifier_value
                        from intermediate.int_identity__identifiers
                        inner join intermediate.int_identity__personal_profiles using (profile_key)
                        inner join intermediate.int_identity__customer_profiles using (profile_key)
                        where identifier_type = 'device_id'
                        group by identifier_value
                        having min(customer_key) = $1 and max(customer_key) = $1
                    ))
                )
            """,
            [customer],
        )
        profile_keys = self._column("select profile_key from mine order by all")
        customer_keys = self._column(
            "select customer_key from intermediate.int_identity__customer_keys where "
            "coalesce(live_customer_key, customer_key) in (select customer_key from mine) "
            "union select customer_key from mine order by all"
        )
        values, shared = self._values(identifier)
        return Subject(
            customer_keys,
            profile_keys,
            sorted(values),
            _searched(values),
            shared,
            self._terms(),
            self._texts(),
            self._counts(),
        )

    def _column(self, query: str) -> list[str]:
        return [value for (value,) in self._connection.execute(query).fetchall()]

    def _values(self, identifier: str) -> tuple[set[tuple[str, str]], int]:
        """Everything that names them and nobody else; how many values others show too."""
        rows = self._connection.execute(
            """
            select identifier_type, identifier_value,
                exists (
                    select 1 from intermediate.int_identity__identifiers as others
                    inner join intermediate.int_identity__personal_profiles using (profile_key)
                    where others.identifier_type = identifiers.identifier_type
                        and others.identifier_value = identifiers.identifier_value
                        and others.profile_key not in (select profile_key from mine)
                ) as is_shared
            from intermediate.int_identity__identifiers as identifiers
            where profile_key in (select profile_key from mine)
            group by all
            """
        ).fetchall()
        values: set[tuple[str, str]] = set()
        shared: set[tuple[str, str]] = set()
        for kind, value, is_shared in rows:
            named = _named(kind, value)
            if named is not None:
                (shared if is_shared else values).add(named)
        for source, profile_id in self._connection.execute(
            "select source_name, source_profile_id from intermediate.int_identity__profiles "
            "where profile_key in (select profile_key from mine)"
        ).fetchall():
            values |= {(source, profile_id), (source, profile_id.partition(":")[2] or profile_id)}
        for space, value in self._connection.execute(
            "select distinct unnest(['email', 'phone', 'handle', 'card', 'account', 'device']), "
            "unnest([email, phone, social_handle, loyalty_card, account_id, device_id]) "
            "from intermediate.int_identity__observations "
            "where profile_key in (select profile_key from mine)"
        ).fetchall():
            if value and not any(
                _is_same(space, value, other) for kind, other in shared if kind == space
            ):
                values.add((space, value))
        values = {one for one in values if one not in shared}
        return values | _spelled(values), len(shared)

    def _terms(self) -> dict[str, list[str]]:
        """Names and places of theirs that no other profile has, as a matching model has them."""
        terms = {}
        for column, expression in {
            "given_name": "given_name",
            "surname": "surname",
            "postcode": "postcode",
            "city": "city",
            "full_name": "given_name || ' ' || surname",
            "email": "email",
            "phone": "phone",
            "street_address": "street_address",
        }.items():
            terms[column] = self._column(
                f"select distinct {expression} as term "
                "from intermediate.int_identity__match_records as records "
                f"where {expression} is not null group by all "
                "having bool_and(profile_key in (select profile_key from mine)) order by all"
            )
        return {column: found for column, found in terms.items() if found}

    def _texts(self) -> list[str]:
        return self._column(
            "select text_key from intermediate.int_texts__texts "
            "where customer_key in (select customer_key from mine) order by all"
        )

    def _counts(self) -> dict[str, int]:
        """Rows that bear their keys, by table of the private and the public file."""
        connection = self._connection
        columns = connection.execute(
            "select database_name, schema_name, table_name, min(column_name) from duckdb_columns() "
            "where column_name in ('customer_key', 'profile_key') and not internal "
            "and database_name not in ('temp', 'system') "
            "and table_name not in (select view_name from duckdb_views()) group by all order by all"
        ).fetchall()
        counts = {}
        for database, schema, table, column in columns:
            ((count,),) = connection.execute(
                f'select count(*) from "{database}"."{schema}"."{table}" '
                f"where {column} in (select {column} from mine)"
            ).fetchall()
            if count:
                counts[f"{schema}.{table}"] = count
        return counts


def _by_identifier_alone(identifier: str) -> Subject:
    """Somebody whom no build knows: what is in the archive, or comes, names them all the same."""
    if "@" in identifier:
        values = {("email", identifier)}
    elif ":" in identifier:
        source, _, profile_id = identifier.partition(":")
        values = {(source, profile_id)}
    elif (number := e164(identifier, None)) or identifier.startswith("+"):
        values = {("phone", identifier), *_spelled({("phone", number or identifier)})}
    else:
        raise UnknownSubjectError(
            "no customer of the last build has this key; name a person by an e-mail address, a "
            "phone number with its country (+48 …), source:id, or a customer key"
        )
    return Subject(values=sorted(values), searched=_searched(values))


def _named(kind: str, value: str) -> tuple[str, str] | None:
    if kind == "contact_id":
        source, _, contact_id = value.partition(":")
        return source, contact_id
    space = _SPACES.get(kind)
    return (space, value) if space else None


def _is_same(space: str, value: str, other: str) -> bool:
    """Whether two spellings name the same; of a number its last eight digits decide."""
    one, two = normal(space, value), normal(space, other)
    return one == two or (space == "phone" and one[-8:] == two[-8:])


def _spelled(values: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The ways in which people write the numbers: with and without the country, with a zero."""
    spelled = set()
    for space, value in values:
        if space != "phone" or not value.startswith("+"):
            continue
        try:
            number = phonenumbers.parse(value.partition(";")[0], None)
        except phonenumbers.NumberParseException:
            continue
        national = phonenumbers.national_significant_number(number)
        country = str(number.country_code)
        spelled |= {
            ("phone", f"{before}{national}") for before in (country, "", "0", f"{country}0")
        }
    return spelled


def _searched(values: Iterable[tuple[str, str]]) -> list[str]:
    """How the bytes of a file may have them: long enough to be no coincidence."""
    found = set()
    for space, value in values:
        text = value.strip()
        shortest = _SHORTEST_NUMBER if text.isdecimal() else _SHORTEST_TEXT
        if len(text) >= shortest:
            found |= {text, normal(space, text)} if space == "email" else {text}
    return sorted(found)
