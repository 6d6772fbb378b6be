"""Phone numbers as people and programs write them, in the one form that all sources share."""

import phonenumbers


def e164(raw: str, country_code: str | None) -> str | None:
    """The number in E.164, or None if it is no possible number.

    `country_code` is where a number without an international prefix is from.
    """
    try:
        number = phonenumbers.parse(raw, country_code)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
