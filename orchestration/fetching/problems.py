"""Errors of origins in words for people: which, and never a secret or a fetched value.

Libraries quote what they were given: addresses with passwords, rows, answers. So only what is known
to be harmless is told, and whatever is told has the secrets taken out.
"""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlsplit

from orchestration.fetching.origins.origin import OriginError

HIDDEN = "***"
_SHORTEST_SECRET = 4
# Classes of SQLSTATE; the text of such an error may quote a row.
_DATABASE_ANSWERS = {
    "08": "the connection broke",
    "28": "it refuses the login",
    "3D": "there is no such database",
    "42": "the query names what is not there or not allowed, or is no SQL",
    "53": "it has no room left",
    "57": "it ended the query",
}


def told(error: BaseException, secrets: Iterable[str]) -> str:
    """One line: our own words, those of the system, or the kind of the error."""
    if isinstance(error, OriginError):
        return without(str(error), secrets)
    code = _service_code(error)
    if code:
        return without(f"the service refused: {code}", secrets)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        return f"the service answers {status}"
    if type(error).__module__.startswith("requests."):
        return f"the service cannot be reached ({type(error).__name__})"
    if type(error).__module__.startswith("adbc_driver_manager"):
        return _database_answer(getattr(error, "sqlstate", None))
    if isinstance(error, ModuleNotFoundError):
        return f"the package {error.name} is missing: install throughline[fetch], or [api]"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, FileNotFoundError):
        return "there is nothing of that name"
    if isinstance(error, PermissionError):
        return "it may not be read"
    if isinstance(error, OSError) and error.strerror:
        return without(error.strerror, secrets)
    return type(error).__name__


def without(text: str, secrets: Iterable[str]) -> str:
    """The text on one line with every secret, also as it stands in an address, taken out."""
    for secret in sorted(spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return " ".join(text.split())


def spellings(secrets: Iterable[str]) -> set[str]:
    """Each secret as it is, as addresses spell it, and the password within one that is an address.

    A very short one would take letters out of every word.
    """
    found: set[str] = set()
    for secret in secrets:
        for part in (secret, _password_in(secret)):
            found |= {part, quote(part, ""), quote_plus(part)}
    return {one for one in found if len(one) >= _SHORTEST_SECRET}


def _password_in(secret: str) -> str:
    try:
        return urlsplit(secret).password or ""
    except ValueError:
        return ""


def _database_answer(state: str | None) -> str:
    if not state or not state.isalnum():
        return "the database cannot be reached, or refuses the login"
    return f"the database: {_DATABASE_ANSWERS.get(state[:2], 'error')} (SQLSTATE {state})"


def _service_code(error: BaseException) -> str | None:
    """The code in an answer of an object store: `AccessDenied`, `NoSuchBucket`."""
    seen: BaseException | None = error
    while seen is not None:
        response = getattr(seen, "response", None)
        if isinstance(response, dict):
            code = (response.get("Error") or {}).get("Code")
            if isinstance(code, str) and code.replace("_", "").isalnum():
                return code
        seen = seen.__cause__
    return None
