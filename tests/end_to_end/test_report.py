"""The report of the built company: what it says is what the marts say, and nothing else happens."""

import re
import shutil
from datetime import datetime
from html.parser import HTMLParser

import duckdb
import pytest

from orchestration.reporting import words
from orchestration.reporting.report import Company, render

HOSTILE = "<script>alert('x')</script>\"><img src=https://example.com/x>"
SECTIONS = ("scorecard", "journeys", "what-matters", "warnings", "service", "health")


class Tables(HTMLParser):
    """The tables of a page by caption: rows of texts."""

    def __init__(self):
        super().__init__()
        self.tables, self._caption, self._row, self._text = {}, None, None, None

    def handle_starttag(self, tag, attrs):
        if tag == "caption":
            self._text = ""
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th"):
            self._text = ""

    def handle_data(self, data):
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self._caption = self._text.strip()
            self.tables[self._caption] = []
        elif tag in ("td", "th"):
            self._row.append(self._text.strip())
        elif tag == "tr":
            self.tables[self._caption].append(self._row)
        else:
            return
        if tag != "tr":
            self._text = None


def tables_of(page):
    parser = Tables()
    parser.feed(page)
    return parser.tables


@pytest.fixture(scope="module")
def page_path(company):
    return company.data / "published" / "report" / "index.html"


@pytest.fixture(scope="module")
def page(page_path):
    return page_path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tables(page):
    return tables_of(page)


@pytest.fixture
def marts(company, tmp_path):
    """The published file again, for a test that changes it."""
    shutil.copyfile(company.data / "published" / "cx.duckdb", tmp_path / "cx.duckdb")
    with duckdb.connect(str(tmp_path / "cx.duckdb")) as connection:
        yield connection


def render_of(connection):
    company = Company("Ours", "EUR", datetime(2026, 4, 1), ["nps_relational", "no_such_kpi"])
    return render(company, connection, 7, datetime(2026, 4, 2))


def test_the_page_is_small_and_holds_every_section(page):
    assert len(page.encode()) <= 500_000
    assert re.findall(r'<section id="([^"]+)"', page) == list(SECTIONS)


def test_the_page_asks_for_nothing_from_anywhere(page):
    assert "default-src 'none'" in page
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"\b(src|srcset|action|ping)=", page)
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', page))


def test_every_kpi_of_the_scorecard_is_on_the_page_with_its_figure(company, tables):
    scorecard = company.published(
        "select metric_name, unit, value, target, status, denominator, is_min_n, owner "
        "from marts.cx_scorecard where period_type = 'total' and dimension = 'total'"
    )
    rows = {row[0]: row for row in tables["Every KPI, all customers, the whole time"][1:]}

    assert rows.keys() == set(scorecard["metric_name"])
    for kpi in scorecard.itertuples():
        row = rows[kpi.metric_name]
        value = kpi.value if kpi.is_min_n and kpi.value == kpi.value else None
        target = kpi.target if kpi.target == kpi.target else None
        assert row[1] == words.measure(value, kpi.unit, "EUR"), kpi.metric_name
        assert row[2] == words.measure(target, kpi.unit, "EUR"), kpi.metric_name
        assert row[5] == words.VERDICTS[kpi.status][0], kpi.metric_name
        assert row[6] == f"{kpi.denominator:,}", kpi.metric_name


def test_every_verdict_of_the_marts_has_words(company):
    statuses = company.published("select distinct status from marts.cx_scorecard")["status"]

    assert set(statuses) <= words.VERDICTS.keys()


def test_stages_ways_and_failures_are_those_of_the_journeys(company, tables):
    journeys = company.published(
        "select names.journey_name as name, count(*) as started, "
        "count(*) filter (where is_judged and outcome_slug in ('abandoned', 'failed')) as failed "
        "from marts.fct_journeys join marts.dim_journeys as names using (journey_slug) group by 1"
    )
    for journey in journeys.itertuples():
        overview = {
            row[0]: row for row in tables["All journeys; only those count that their sources cover"]
        }
        assert overview[journey.name][1] == f"{journey.started:,}"
        failures = tables.get(f"{journey.name}: stage in which journeys end without their goal", [])
        assert sum(int(row[1].replace(",", "")) for row in failures[1:]) == journey.failed
        ways = tables[f"{journey.name}: ways that journeys take"][1:]
        first = sum(int(row[3].replace(",", "")) for row in ways if row[0] == "1")
        assert 0.9 * journey.started <= first <= journey.started


def test_drivers_and_topics_are_those_of_the_marts(company, tables):
    drivers = company.published("select * from marts.experience_drivers where segment_slug = 'all'")
    on_page = [
        row
        for caption, rows in tables.items()
        if caption.startswith("Drivers of ")
        for row in rows[1:]
    ]
    told = drivers[drivers["is_min_n"]]

    assert len(on_page) == len(drivers)
    assert sorted(row[1] for row in on_page if row[1] != words.NOT_KNOWN) == sorted(
        words.decimal(points) for points in told["mean_points"]
    )
    topics = company.published(
        "select sum(text_count) as texts from marts.contact_topics "
        "where period_type = 'total' and dimension = 'all'"
    )
    shown = tables["What customers write about"][1:]
    assert sum(int(row[2].replace(",", "")) for row in shown) == topics["texts"].sum()


def test_every_warning_that_is_open_is_on_the_page(marts):
    marts.execute("update marts.early_warnings set episode_state = 'over'")
    columns = "rule_name, topic, direction, episode_state, peak_customer_count, owner, "
    columns += "peak_expected_count, peak_window_days, began_date, last_date, area, episode_key"
    marts.execute(
        f"insert into marts.early_warnings ({columns}) values "
        "('Reasons', 'defect', 'rise', 'open', 58, 'Product', 0.5, 7, '2026-03-21', '2099-01-01', "
        "'none', 'k1'), "
        "('Errors', 'new_error', 'rise', 'open', null, 'Digital', null, 1, '2026-03-21', "
        "'2099-01-02', 'none', 'k2')"
    )
    first, second = tables_of(render_of(marts))["Open now"][1:]

    assert first[0] == "new error, more than expected"
    assert first[4:6] == ["fewer than shown", words.NOT_KNOWN]
    assert second[4:6] == ["58", "0.5"]
    assert second[-1] == "Product"


def test_the_page_says_what_not_to_believe(marts):
    marts.execute(
        "update marts.data_freshness set is_silent = true, quarantined_count = 2 "
        "where source_name = 'shop'"
    )
    marts.execute(
        "update marts.data_reconciliation set difference = 3 where comparison_key = "
        "(select min(comparison_key) from marts.data_reconciliation)"
    )
    page = render_of(marts)

    assert "E-commerce: silent since" in page
    assert "E-commerce: 2 files refused as a whole." in page
    assert re.search(r"Reconciliation, [^:]+: 3[.0]* lost or doubled", page)


def test_a_refused_file_is_named_with_its_reason(marts):
    marts.execute("delete from marts.rejected_rows")
    marts.execute(
        "insert into marts.rejected_rows (rejected_rows_key, source_name, table_name, "
        "refused_unit, reason_code, sample_file_name, refused_count, line_count, file_date) "
        "values ('k', 'shop', 'orders', 'file', 'missing_column', 'orders_2026-03-21.json', 2, 0, "
        "'2026-03-21')"
    )

    assert tables_of(render_of(marts))["Refused rows and files, newest first"][1:] == [
        ["shop", "orders", "21 Mar 2026", "files", "missing column", "orders_2026-03-21.json", "2"]
    ]


def test_names_of_a_company_are_text_and_nothing_else(marts):
    for table, column in (
        ("dim_kpis", "definition"),
        ("cx_scorecard", "metric_name"),
        ("cx_scorecard", "owner"),
        ("dim_journeys", "journey_name"),
        ("dim_journeys", "goal"),
        ("dim_touchpoint_types", "touchpoint_type_name"),
        ("dim_channels", "channel_name"),
        ("dim_contact_reasons", "contact_reason_name"),
        ("dim_slugs", "slug_name"),
        ("data_freshness", "source_description"),
        ("experience_drivers", "driver_name"),
        ("early_warnings", "topic"),
    ):
        marts.execute(f"update marts.{table} set {column} = $1", [HOSTILE])
    marts.execute(
        "insert into marts.value_issues (value_issue_key, source_name, table_name, column_name, "
        "reason, sample_file_name, issue_count) values ('k', $1, $1, $1, $1, $1, 1)",
        [HOSTILE],
    )
    marts.execute(
        "insert into marts.rejected_rows (rejected_rows_key, source_name, table_name, "
        "refused_unit, reason_code, sample_file_name, refused_count, line_count) "
        "values ('k', $1, $1, 'file', $1, $1, 1, 0)",
        [HOSTILE],
    )
    page = render_of(marts)

    assert "<script>alert" not in page
    assert "<img" not in page
    # Also in the data of the Sankeys no text ends its element.
    assert page.count("<script") == page.count("</script>") == 2


def test_a_company_of_which_nothing_is_known_yet_has_a_page(marts):
    relations = marts.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'marts' and table_type = 'BASE TABLE'"
    ).fetchall()
    for (name,) in relations:
        marts.execute(f'delete from marts."{name}"')
    page = render_of(marts)

    assert re.findall(r'<section id="([^"]+)"', page) == list(SECTIONS)


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def opened(browser, page_path, request):
    """The page as somebody opens it by a double click, and what it said and asked for."""
    context = browser.new_context(color_scheme=request.param)
    tab = context.new_page()
    heard, asked = [], []
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("request", lambda asking: asked.append(asking.url))
    tab.goto(page_path.resolve().as_uri())
    yield tab, heard, asked
    context.close()


@in_a_browser
def test_in_a_browser_it_is_silent_and_draws_every_way(opened, page_path, company):
    tab, heard, asked = opened

    drawn = tab.evaluate(
        "[...document.querySelectorAll('svg[data-flow]')].map(svg => "
        "[svg.dataset.flow, svg.querySelectorAll('path.link').length])"
    )
    links = tab.evaluate("JSON.parse(document.getElementById('flows').textContent)")
    assert heard == []
    assert asked == [page_path.resolve().as_uri()]
    assert dict(drawn) == {slug: len(of_journey) for slug, of_journey in links.items()}
    assert all(of_journey for of_journey in links.values())


@in_a_browser
def test_what_the_browser_shows_is_on_the_page(opened, company):
    tab, _, _ = opened
    nps = company.published(
        "select value from marts.cx_scorecard where metric_slug = 'nps_relational' "
        "and period_type = 'total' and dimension = 'total'"
    )["value"].item()

    assert words.decimal(nps, 1) in tab.inner_text(".tiles li:first-child")
    # Nothing runs out of the window to the side; wide tables scroll by themselves.
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    # Each chart has a name, and each picture of numbers stands beside its table.
    assert tab.evaluate(
        "[...document.querySelectorAll('svg')].every(svg => svg.getAttribute('aria-label'))"
    )
    assert tab.evaluate(
        "[...document.querySelectorAll('figure')].every(figure => figure.querySelector('table'))"
    )


@in_a_browser
def test_a_keyboard_reaches_and_opens_everything(opened):
    tab, _, _ = opened

    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "To the scorecard"
    folded = tab.locator("details.part:not([open]) > summary").first
    folded.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open")
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("document.querySelectorAll('details:not([open])').length") == 0


@in_a_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_out(browser, page_path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    # Its engine is a script of its own, which the page itself would not allow.
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(page_path.resolve().as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    found = Axe().run(tab).response["violations"]
    context.close()

    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found] == []
