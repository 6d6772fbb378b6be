"""What the UI's door lets through, refuses and remembers, asked as an ASGI server asks it."""

import asyncio
import stat

import pytest

from orchestration.ui.door import Door, access_key

KEY = "k" * 43
OWN = "127.0.0.1:3000"
ORDER = {"host": OWN, "origin": f"http://{OWN}", "content-type": "application/json"}
FOREIGN = "https://evil.example"
# What a browser says of a person who follows a link on another page.
FOLLOWED = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


class Dagster:
    """In place of Dagster's webserver: answers everything, and knows what reached it."""

    def __init__(self):
        self.asked = []

    async def __call__(self, scope, receive, send):
        self.asked.append(f"{scope.get('method', scope['type'])} {scope['path']}")
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"Dagster"})


@pytest.fixture
def dagster():
    return Dagster()


@pytest.fixture
def door(dagster):
    return Door(dagster, KEY)


def ask(door, path="/", method="GET", key=KEY, query="", **headers):
    """Send one request and return the messages of the answer; `websocket` is a method too."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    named.setdefault("host", OWN)
    if key is not None:
        named["cookie"] = f"other=1; {door._cookie}={key}"
    scope = {
        "type": "websocket" if method == "websocket" else "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [
            (name.encode(), value.encode())
            for name, values in named.items()
            for value in ([values] if isinstance(values, str) else values)
        ],
    }
    if scope["type"] == "http":
        scope["method"] = method
    answer = []

    async def send(message):
        answer.append(message)

    async def receive():
        return {"type": "http.request", "body": b""}

    asyncio.run(door(scope, receive, send))
    return answer


def status(answer):
    return answer[0].get("status", answer[0]["type"])


def headers_of(answer):
    return {name.decode(): value.decode() for name, value in answer[0]["headers"]}


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        pytest.param("GET", "/runs", {}, id="no browser"),
        pytest.param("GET", "/runs", {"sec_fetch_site": "none"}, id="typed"),
        pytest.param("GET", "/runs", {"sec_fetch_site": "cross-site", **FOLLOWED}, id="followed"),
        pytest.param("GET", "/graphql", {"accept": "text/html"}, id="the page for queries"),
        pytest.param("HEAD", "/", {}, id="head"),
        pytest.param("POST", "/graphql", {**ORDER, "sec_fetch_site": "same-origin"}, id="order"),
        pytest.param("POST", "/graphql", {"content_type": "application/json"}, id="a script"),
        pytest.param(
            *("POST", "/graphql"),
            {**ORDER, "content-type": "Application/JSON; charset=utf-8"},
            id="charset",
        ),
        pytest.param("GET", "/", {"host": "localhost:8080"}, id="a tunnel"),
        pytest.param(
            *("POST", "/graphql"),
            {**ORDER, "host": "[::1]:3000", "origin": "http://[::1]:3000"},
            id="IPv6",
        ),
        pytest.param("websocket", "/graphql", {"origin": f"http://{OWN}"}, id="own WebSocket"),
        pytest.param("websocket", "/graphql", {}, id="a script's WebSocket"),
    ],
)
def test_what_its_own_page_asks_reaches_dagster(door, dagster, method, path, headers):
    answer = ask(door, path, method, **headers)

    assert status(answer) in (200, "websocket.accept")
    assert dagster.asked == [f"{method} {path}"]


@pytest.mark.parametrize(
    ("method", "headers", "refusal"),
    [
        pytest.param("POST", {**ORDER, "origin": FOREIGN}, 403, id="foreign origin"),
        pytest.param("POST", {**ORDER, "origin": "null"}, 403, id="sandboxed page"),
        pytest.param("POST", {**ORDER, "origin": "http://127.0.0.1:4000"}, 403, id="other port"),
        pytest.param("POST", {**ORDER, "origin": "http://localhost:3000"}, 403, id="other name"),
        pytest.param("POST", {**ORDER, "origin": f"https://{OWN}"}, 403, id="other scheme"),
        pytest.param("POST", {**ORDER, "origin": f"http://{OWN}.evil.example"}, 403, id="prefix"),
        pytest.param(
            "POST", {**ORDER, "origin": [f"http://{OWN}", FOREIGN]}, 403, id="two origins"
        ),
        pytest.param("POST", {**ORDER, "sec-fetch-site": "cross-site"}, 403, id="cross-site"),
        pytest.param("POST", {**ORDER, "sec-fetch-site": "same-site"}, 403, id="same-site"),
        pytest.param(
            *("POST", {**ORDER, "sec-fetch-site": "cross-site", **FOLLOWED}, 403),
            id="a form that fills the window",
        ),
        pytest.param("GET", {"sec-fetch-site": "cross-site"}, 403, id="image"),
        pytest.param(
            "GET",
            {
                "sec-fetch-site": "same-site",
                "sec-fetch-mode": "navigate",
                "sec-fetch-dest": "iframe",
            },
            403,
            id="frame",
        ),
        pytest.param("GET", {"origin": FOREIGN}, 403, id="foreign read"),
        pytest.param("GET", {"host": "evil.example:3000"}, 421, id="DNS rebinding"),
        pytest.param("GET", {"host": "127.0.0.1.evil.example"}, 421, id="name that begins as ours"),
        pytest.param("GET", {"host": "evil.example#127.0.0.1"}, 421, id="name that ends as ours"),
        pytest.param("GET", {"host": "10.0.0.7:3000"}, 421, id="this machine's other address"),
        pytest.param("GET", {"host": [OWN, "evil.example"]}, 421, id="two hosts"),
        pytest.param("GET", {"host": []}, 421, id="no host"),
        pytest.param("POST", {"content-type": "text/plain"}, 415, id="text"),
        pytest.param("POST", {"content-type": "text/plain; application/json"}, 415, id="posing"),
        pytest.param("POST", {"content-type": "application/graphql"}, 415, id="graphql"),
        pytest.param("POST", {"content-type": "multipart/form-data"}, 415, id="form"),
        pytest.param("POST", {}, 415, id="no type"),
        pytest.param("PUT", {**ORDER}, 405, id="put"),
        pytest.param("OPTIONS", {}, 405, id="options"),
        pytest.param("websocket", {"origin": FOREIGN}, "websocket.close", id="foreign WebSocket"),
        pytest.param(
            "websocket",
            {"origin": "http://127.0.0.1:4000"},
            "websocket.close",
            id="WebSocket, port",
        ),
        pytest.param(
            *("websocket", {"host": "evil.example", "origin": "http://evil.example"}),
            "websocket.close",
            id="WebSocket, DNS rebinding",
        ),
        pytest.param(
            *("websocket", {"sec-fetch-site": "cross-site"}, "websocket.close"),
            id="cross-site WebSocket",
        ),
    ],
)
def test_what_another_page_asks_is_refused_also_with_the_key(
    door, dagster, method, headers, refusal
):
    answer = ask(door, "/graphql", method, **headers)

    assert status(answer) == refusal
    assert dagster.asked == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_holds_no_order(door, dagster, method):
    order = "query=mutation{launchRun}"

    assert status(ask(door, "/graphql", method, query=order, accept="text/html")) == 405
    assert dagster.asked == []


@pytest.mark.parametrize("method", ["GET", "POST", "websocket"])
@pytest.mark.parametrize("key", [None, "", "x" * 43, KEY[:-1], "é"])
def test_without_the_key_nobody_gets_in(door, dagster, method, key):
    asked = {"content_type": "application/json"} if method == "POST" else {}

    assert status(ask(door, "/graphql", method, key=key, **asked)) in (401, "websocket.close")
    assert dagster.asked == []


def test_the_link_gives_the_key_to_one_browser(door, dagster):
    path, _, code = door.link.partition("?")

    entered = ask(door, path, key=None, query=code)
    again = ask(door, path, key=None, query=code)

    assert status(entered) == 303
    assert headers_of(entered)["location"] == "/"
    cookie = headers_of(entered)["set-cookie"]
    assert cookie.startswith(f"{door._cookie}={KEY};")
    for property_ in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert property_ in cookie
    assert status(again) == 403
    assert "set-cookie" not in headers_of(again)
    assert dagster.asked == []


def test_whoever_has_entered_may_follow_the_link_again(door):
    path, _, code = door.link.partition("?")

    assert status(ask(door, path, query="code=used")) == 303
    # And has not used it up.
    assert "set-cookie" in headers_of(ask(door, path, key=None, query=code))


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        pytest.param("", {}, id="no code"),
        pytest.param("code=", {}, id="empty"),
        pytest.param("code=None", {}, id="None"),
        pytest.param("right", {"method": "HEAD"}, id="a look ahead"),
        pytest.param("right", {"host": "evil.example"}, id="another name"),
        pytest.param("right", {"sec_fetch_site": "cross-site"}, id="another page's image"),
    ],
)
def test_no_other_way_gives_the_key_or_uses_the_link_up(door, query, asked):
    path, _, code = door.link.partition("?")

    refused = ask(door, path, key=None, query=code if query == "right" else query, **asked)

    assert "set-cookie" not in headers_of(refused)
    assert "set-cookie" in headers_of(ask(door, path, key=None, query=code))


def test_each_key_has_a_cookie_of_its_own():
    assert Door(None, KEY)._cookie != Door(None, "j" * 43)._cookie


def test_no_other_page_can_frame_it(door):
    assert headers_of(ask(door))["x-frame-options"] == "SAMEORIGIN"


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "ui_key"

    key = access_key(path)

    assert len(key) == 43
    assert access_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["ui_key"]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 43, KEY.encode() + b"\n"])
def test_a_file_without_a_key_opens_nothing(tmp_path, content):
    path = tmp_path / "ui_key"
    path.touch(0o600)
    path.write_bytes(content)

    assert access_key(path) != content.decode(errors="replace")
    assert len(path.read_text()) == 43
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_key_that_others_could_read_is_replaced(tmp_path):
    path = tmp_path / "ui_key"
    key = access_key(path)
    path.chmod(0o644)

    assert access_key(path) != key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
