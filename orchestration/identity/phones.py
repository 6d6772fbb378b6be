"""Phone numbers as people and programs write them, in the one form that all sources share."""

import re

import phonenumbers

# What introduces an extension where `phonenumbers`, which knows the international words, sees none:
# in languages of its users, and the pauses that a telephone dials.
_EXTENSION = re.compile(
    r"(?<=\d)[\s.,;/(-]*"
    r"(?:wew(?:n(?:ętrzny)?)?|w|durchwahl|dw|nst|nebenstelle|app(?:arat)?|kl(?:appe)?|poste|"
    r"interno|anexo|ramal|toestel|tst|linka|linja|anknytning|alanumero|mellék|extensi[oó]n|p)"
    r"[\s.:)]*(?P<extension>\d{1,7})\)?\s*$",
    re.IGNORECASE,
)


def e164(raw: str, country_code: str | None) -> str | None:
    """The number in E.164, or None if it is no possible number.

    A number with an extension is another one than that of the switchboard, and keeps it as RFC 3966
    writes it: `+48223104567;ext=12`. `country_code` is where a number without an international
    prefix is from.
    """
    try:
        number = phonenumbers.parse(
            _EXTENSION.sub(r" ext. \g<extension>", raw.strip()), country_code
        )
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain
