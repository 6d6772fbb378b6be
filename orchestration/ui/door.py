"""The door before Dagster's UI: orders come from its own page, and from who has the key.

Dagster's webserver asks nobody who they are and takes a run's start from any page that a browser
shows, by GET too. All that reaches it passes here first, WebSockets as well.
"""

import hashlib
import hmac
import re
import secrets
import stat
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.warehouse.key_secret import write_secret

# Any port: a tunnel gives the page another one. Any other name may be a stranger's, who lets it
# lead to this machine (DNS rebinding).
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?", re.IGNORECASE)
_OWN_PAGE = {"same-origin", "none"}
_ENTRY = "/enter"
_KEY = re.compile(r"[\w-]{43}", re.ASCII)
_DAYS_REMEMBERED = 90
_REFUSED_SOCKET = 1008


class Door:
    """An ASGI application that lets through to another what its own page asks of it."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        """Take the key that each request has to show, and make a code that is good for one."""
        self._app = app
        self._key = key
        self._code: str | None = secrets.token_urlsafe()
        # Cookies know no ports: two companies' UIs on one machine would take each other's.
        self._cookie = f"throughline_{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    @property
    def link(self) -> str:
        """Where a browser gets the key, once."""
        return f"{_ENTRY}?code={self._code}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, refuse, or hand over the key."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        answer = _refused(connection) or self._entered(connection) or self._locked(connection)
        if answer is None:
            await self._app(scope, receive, _unframed(send))
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _REFUSED_SOCKET})

    def _entered(self, connection: HTTPConnection) -> Response | None:
        """The key, for the code; once, for a link stays in terminals and in logs."""
        if connection.scope.get("method") != "GET" or connection.scope["path"] != _ENTRY:
            return None
        answer = RedirectResponse("/", status_code=303)
        if self._has_key(connection):
            return answer
        if not _same(self._code, connection.query_params.get("code")):
            return PlainTextResponse(
                "This link has been used. `throughline ui` prints a new one when it starts.\n", 403
            )
        self._code = None
        answer.set_cookie(
            self._cookie,
            self._key,
            max_age=_DAYS_REMEMBERED * 24 * 60 * 60,
            httponly=True,
            samesite="lax",
        )
        return answer

    def _locked(self, connection: HTTPConnection) -> Response | None:
        if self._has_key(connection):
            return None
        return PlainTextResponse("Open the link that `throughline ui` printed.\n", 401)

    def _has_key(self, connection: HTTPConnection) -> bool:
        return _same(self._key, connection.cookies.get(self._cookie))


def access_key(path: Path) -> str:
    """The key in a file that only its owner reads; made at first use, and if that is not so."""
    try:
        key = path.read_text(encoding="utf-8", errors="replace")
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            key = ""
    except FileNotFoundError:
        key = ""
    return key if _KEY.fullmatch(key) else write_secret(path)


def _refused(connection: HTTPConnection) -> Response | None:
    """What no browser asks on behalf of the UI's own page, whoever has the key."""
    headers = connection.headers
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _OWN_HOST.fullmatch(hosts[0]):
        return PlainTextResponse("Not a name of this server.\n", 421)
    if any(origin.lower() != f"http://{hosts[0]}".lower() for origin in headers.getlist("origin")):
        return PlainTextResponse("Asked by another page.\n", 403)
    if not (_OWN_PAGE.issuperset(headers.getlist("sec-fetch-site")) or _is_followed(connection)):
        return PlainTextResponse("Asked by another page.\n", 403)
    if connection.scope["type"] == "websocket":
        return None
    method = connection.scope["method"]
    if method == "POST":
        # A page may send any other type to a stranger without asking it first.
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return PlainTextResponse("Only application/json.\n", 415)
    elif method not in {"GET", "HEAD"}:
        return PlainTextResponse("Only GET, HEAD and POST.\n", 405)
    elif connection.scope["path"] == "/graphql" and connection.scope["query_string"]:
        # Dagster would carry out what stands there, also a mutation.
        return PlainTextResponse("Queries and orders come by POST.\n", 405)
    return None


def _is_followed(connection: HTTPConnection) -> bool:
    """A link elsewhere that a person followed: the page fills the window, and only shows itself."""
    headers = connection.headers
    return (
        connection.scope.get("method") == "GET"
        and headers.getlist("sec-fetch-mode") == ["navigate"]
        and headers.getlist("sec-fetch-dest") == ["document"]
    )


def _same(expected: str | None, given: str | None) -> bool:
    if not expected or not given:
        return False
    return hmac.compare_digest(expected.encode(), given.encode())


def _unframed(send: Send) -> Send:
    """No other page shows this one within itself, where a click would be taken for its own."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-frame-options", b"SAMEORIGIN")]
        await send(message)

    return sent
