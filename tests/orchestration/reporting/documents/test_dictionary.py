from orchestration.reporting.documents.diagram import mermaid, svg
from orchestration.reporting.documents.dictionary import Column, Join, Table, joins


def table(name, *columns):
    return Table(name, "", "", [Column(column, "", "", "", target) for column, target in columns])


TABLES = [
    table("dim_teams", ("team_key", ""), ("team_name", "")),
    table(
        "fct_cases",
        ("case_key", ""),
        ("team_key", ""),
        ("opened_date", "dim_days.day_date"),
        ("kpi_slug", ""),
    ),
    table("closed_loop", ("owner_team_key", "dim_teams.team_key"), ("team_key", "")),
    table("dim_days", ("day_date", "")),
    table("dim_kpis", ("kpi_slug", "")),
]


def test_a_column_joins_what_a_test_says_or_whose_key_it_bears():
    assert joins(TABLES) == [
        Join("closed_loop", "owner_team_key", "dim_teams", "team_key"),
        Join("closed_loop", "team_key", "dim_teams", "team_key"),
        Join("fct_cases", "opened_date", "dim_days", "day_date"),
        Join("fct_cases", "team_key", "dim_teams", "team_key"),
    ]


def test_the_diagram_is_mermaid():
    assert mermaid(joins(TABLES)[2:]) == (
        "erDiagram\n"
        '    dim_days |o--o{ fct_cases : "opened_date"\n'
        '    dim_teams |o--o{ fct_cases : "team_key"\n'
    )


def test_each_table_is_drawn_once_and_each_join_is_a_line():
    drawn = svg(joins(TABLES), "<all>")

    assert drawn.count("<path") == 4
    assert drawn.count("<text") == 4
    assert drawn.count(">dim_teams</text>") == 1
    assert "<all>" not in drawn
