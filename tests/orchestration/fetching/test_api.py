"""Against a small HTTP API, with pages and errors, on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from orchestration.landing import load_contracts

pytest.importorskip("dlt")

TOKEN = "token of the test"  # noqa: S105
PER_PAGE = 2
CONTRACT = """
sources:
  - name: pos
    schema: raw_pos
    config: {{meta: {{landing_format: {format} {records_path}}}}}
    tables:
      - name: receipts
        config: {{meta: {{landing_file: "receipts_{{date}}*.{format}", landing_key: [id]}}}}
"""


class Shop(ThreadingHTTPServer):
    """Receipts from a moment on, two a page; and what it is told to answer instead."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.receipts, self.errors, self.asked, self.next_host = [], [], [], None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        query = parse_qs(urlsplit(self.path).query)
        page = int(query.get("page", ["1"])[0])
        if self.headers["X-Token"] != TOKEN:
            return self._answer(401, {"error": "who are you?"})
        status, headers = self.server.errors.pop(0) if self.server.errors else (200, {})
        if status != 200:
            return self._answer(status, {"error": f"not now, {TOKEN}"}, headers)
        since = query.get("since", [""])[0]
        found = [one for one in self.server.receipts if one["at"] >= since]
        first = (page - 1) * PER_PAGE
        answer = {"receipts": found[first : first + PER_PAGE]}
        if first + PER_PAGE < len(found):
            host = self.server.next_host or self.server.url
            answer["next"] = f"{host}/receipts?page={page + 1}&since={since}"
        return self._answer(200, answer)

    def _answer(self, status, body, headers=()):
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def shop(company, monkeypatch):
    monkeypatch.setenv("POS_TOKEN", TOKEN)
    with Shop() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        company.declare(f"""
origin:
  kind: api
  url: {server.url}
  header: X-Token
  secrets: {{token: POS_TOKEN}}
  tables:
    receipts:
      path: /receipts
      records: receipts
      paging: {{type: json_link, next_url_path: next}}
      watermark: {{field: at, parameter: since}}
""")
        yield server
        server.shutdown()


@pytest.fixture(params=["jsonl"])
def contracts(tmp_path, request):
    folder = tmp_path / "contracts" / "pos"
    folder.mkdir(parents=True)
    wrapped = ", landing_records_path: receipts" if request.param == "json" else ""
    text = CONTRACT.format(format=request.param, records_path=wrapped)
    (folder / "_pos__sources.yml").write_text(text)
    return load_contracts(folder.parent)


def receipt(number, at):
    return {"id": number, "at": at, "note": 'ü "quoted"'}


def ids(company):
    rows = company.query("select payload ->> 'id' from raw_pos.receipts order by all")
    return [row for (row,) in rows]


@pytest.mark.parametrize("contracts", ["jsonl", "json"], indirect=True)
def test_all_pages_come_and_the_next_fetch_goes_on_from_there(shop, company):
    shop.receipts = [receipt(number, f"2026-01-0{number}") for number in range(1, 6)]
    assert company.fetch().problems == []
    company.land()
    # Of the very moment of the last one: the API gives both again.
    shop.receipts += [receipt(6, "2026-01-05"), receipt(7, "2026-01-07")]
    shop.asked.clear()
    company.fetch()
    company.land()
    company.fetch()

    assert ids(company) == ["1", "2", "3", "4", "5", "6", "7"]
    assert shop.asked[0] == "/receipts?since=2026-01-05"
    assert [status for _, status in company.deliveries()] == ["loaded", "loaded"]


def test_an_api_that_is_busy_is_asked_again(shop, company):
    shop.receipts = [receipt(1, "2026-01-01"), receipt(2, "2026-01-02"), receipt(3, "2026-01-03")]
    shop.errors = [(429, {"Retry-After": "0"}), (200, {}), (503, {"Retry-After": "0"})]

    assert company.fetch().problems == []
    company.land()

    assert ids(company) == ["1", "2", "3"]


def test_an_api_that_stays_busy_is_told(shop, company, monkeypatch):
    monkeypatch.setattr("orchestration.fetching.origins.api._ATTEMPTS", 2)
    shop.errors = [(503, {"Retry-After": "0"})] * 2

    fetched = company.fetch()

    assert fetched.problems[0].endswith("the service answers 503")


def test_an_error_amid_the_pages_brings_nothing_and_loses_nothing(shop, company):
    shop.receipts = [receipt(1, "2026-01-01"), receipt(2, "2026-01-02"), receipt(3, "2026-01-03")]
    shop.errors = [(200, {}), (404, {})]

    fetched = company.fetch()

    assert fetched.delivered == []
    assert fetched.problems[0].endswith("the service answers 404")
    assert TOKEN not in str(fetched)
    assert not any(company.landing.iterdir())
    company.fetch()
    company.land()
    assert ids(company) == ["1", "2", "3"]


def test_a_login_that_is_refused_is_told(shop, company, monkeypatch):
    monkeypatch.setenv("POS_TOKEN", "another token")

    assert company.fetch().problems[0].endswith("the service answers 401")


@pytest.mark.parametrize("is_redirect", [True, False])
def test_the_token_is_shown_to_no_other_host(shop, company, is_redirect):
    shop.receipts = [receipt(number, "2026-01-01") for number in range(4)]
    with Shop() as stranger:
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        if is_redirect:
            shop.errors = [(302, {"Location": f"{stranger.url}/receipts"})]
        shop.next_host = stranger.url

        fetched = company.fetch()

        stranger.shutdown()
    assert stranger.asked == []
    assert fetched.delivered == []
    assert "elsewhere" in fetched.problems[0] or "another host" in fetched.problems[0]


def test_a_record_without_its_watermark_is_told_without_its_values(shop, company):
    shop.receipts = [receipt(1, "2026-01-01")]
    path = company.data / "fetching" / "pos.yaml"
    path.write_text(path.read_text().replace("field: at", "field: no_such"))

    assert company.fetch().problems[0].endswith("a record has no no_such")


def test_an_api_that_is_not_there_is_told(shop, company, monkeypatch):
    monkeypatch.setattr("orchestration.fetching.origins.api._ATTEMPTS", 1)
    path = company.data / "fetching" / "pos.yaml"
    path.write_text(path.read_text().replace(shop.url, "http://127.0.0.1:1"))

    assert "the service cannot be reached" in company.fetch().problems[0]
