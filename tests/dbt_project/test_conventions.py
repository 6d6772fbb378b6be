"""The rules that every model keeps, checked against dbt's own manifest."""

import pytest


@pytest.fixture(scope="session")
def models(manifest):
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def test_every_model_states_its_grain(models):
    assert not [m["name"] for m in models if not m["description"].startswith("One row per ")]


def test_every_mart_has_a_contract_an_owner_and_described_columns(models):
    marts = [model for model in models if model["schema"] == "marts"]
    assert marts
    assert not [m["name"] for m in marts if not (m["contract"]["enforced"] and m["group"])]
    assert not [
        f"{mart['name']}.{column['name']}"
        for mart in marts
        for column in mart["columns"].values()
        if not column["description"]
    ]


def test_every_model_is_guarded(manifest, models):
    """A model that no data test reads, and no model reads, could say anything."""
    tested = {
        parent
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    read = {parent for model in models for parent in model["depends_on"]["nodes"]}
    assert not [m["name"] for m in models if m["unique_id"] not in tested | read]


def test_no_mart_can_be_empty_while_what_it_shows_is_not(manifest, models):
    guarded = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "not_empty_if"
    }
    marts = [model for model in models if model["schema"] in ("marts", "metrics")]

    assert len(marts) > 60
    assert not [mart["name"] for mart in marts if mart["unique_id"] not in guarded]


def test_no_delivered_word_can_stop_a_run(manifest):
    """A vendor may name a new tier or status any day; the ledger's own words are ours."""
    stopping = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") in ("relationships", "accepted_values")
        and node["config"]["severity"].lower() == "error"
        and (guarded := manifest["nodes"].get(node["attached_node"] or ""))
        and guarded["schema"] == "staging"
        and not guarded["name"].startswith("stg_ledger__")
    ]

    assert not stopping


def test_every_share_with_its_counts_is_guarded(manifest, models):
    """The numerator of a share is part of its denominator, in each mart that tells the three."""
    guarded = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and node.get("test_metadata", {}).get("name", "").startswith("numerator_")
    }
    shares = [
        model
        for model in models
        if model["schema"] == "marts"
        and {"numerator", "denominator", "value"} <= set(model["columns"])
    ]

    assert len(shares) >= 10
    assert not [model["name"] for model in shares if model["unique_id"] not in guarded]


def test_every_interval_is_held_to_its_scale(manifest, models):
    """Each mart with an interval is in the test that no bound lies where no value can be."""
    (guard,) = [
        node
        for node in manifest["nodes"].values()
        if node["name"] == "assert_every_interval_lies_on_its_scale"
    ]
    bounds = {
        (model["name"], column)
        for model in models
        if model["schema"] == "marts"
        for column in model["columns"]
        if column.endswith(("ci_low", "ci_high")) and "metric_slug" not in model["columns"]
    }
    of_kpis = {
        model["name"]
        for model in models
        if model["schema"] == "marts" and {"ci_low", "metric_slug"} <= set(model["columns"])
    }
    words = guard["raw_code"]

    assert len(bounds) >= 20
    assert not [bound for bound in bounds if f"'{bound[0]}', " not in words]
    assert not [bound for bound in bounds if f"'{bound[1]}'" not in words]
    assert not [mart for mart in of_kpis if f"'{mart}'" not in words]


def test_every_period_says_how_whole_it_is(models):
    starts = {"period_start_date", "month_start_date", "week_start_date"}
    told = {"period_end_date", "covered_days", "is_complete_period"}

    silent = [
        model["name"]
        for model in models
        if model["fqn"][1] == "marts"
        and starts & model["columns"].keys()
        and told - model["columns"].keys()
    ]
    assert not silent


def test_every_source_column_is_described_and_its_personal_data_tagged(manifest):
    columns = [
        (f"{source['source_name']}.{source['name']}.{column['name']}", column)
        for source in manifest["sources"].values()
        for column in source["columns"].values()
    ]
    assert not [name for name, column in columns if not column["data_type"]]

    suspicious = [
        name
        for name, column in columns
        if any(word in name.lower().split(".")[-1] for word in ("email", "phone", "surname"))
        and not any(word in name.lower() for word in ("consent", "opted out", "unsubscribed"))
        and not column["config"]["meta"].get("personal_data")
    ]
    assert not suspicious


def test_published_research_enters_no_computation(manifest, models):
    """Other companies' figures are read beside ours; a model that read them could use them."""
    readers = {
        seed: [model["name"] for model in models if seed in model["depends_on"]["nodes"]]
        for seed in ("seed.throughline.research_figures", "model.throughline.research_references")
    }

    assert readers == {
        "seed.throughline.research_figures": ["research_references"],
        "model.throughline.research_references": [],
    }


# Keys and slugs of facts that name no row of another published table.
WITHOUT_DIMENSION = {
    "subject_key": "of an order, a case …: the journey's type says of which",
    "checkout_key": "checkouts are counted, not published",
    "invitation_key": "invitations are counted, not published",
    "subscription_key": "subscriptions have no table yet",
    "text_key": "texts are private",
    "response_key": "of a row of its own",
    "order_line_key": "of a row of its own",
    "refund_key": "of several rows of its own table",
    "category_slug": "a column of dim_products",
    "actor_slug": "a column of dim_touchpoint_types",
    "outcome_slug": "a word of dim_slugs; a carrier's own code stays as it came",
    "lifecycle_stage_slug": "a word of dim_slugs",
    "previous_stage_slug": "a word of dim_slugs",
    "next_stage_slug": "a word of dim_slugs",
    "last_stage_slug": "a word of dim_slugs",
    "stage_slug": "a word of dim_slugs",
    "action_slug": "a row of the seed of actions, or nothing",
    "message_slug": "a row of the seed of messages",
    "reason_slug": "a measure of the seed of conditions",
    "second_reason_slug": "a word that its column lists",
    "program_slug": "a word of the source",
    "scale_slug": "named by its own bounds",
}


def test_every_key_of_a_fact_joins_its_dimension(manifest, models):
    """Who opens the file finds what a key or slug means by one join."""
    tests = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        and (node.get("test_metadata") or {}).get("name") == "no_orphans"
    ]
    joined = {reader for test in tests for reader in test["test_metadata"]["kwargs"]["readers"]}
    own = {
        f"{test['attached_node'].split('.')[-1]}.{test['column_name']}"
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test"
        and (test.get("test_metadata") or {}).get("name") == "unique"
    }
    loose = [
        f"{model['name']}.{column}"
        for model in models
        if model["name"].startswith("fct_")
        for column in model["columns"]
        if column.endswith(("_key", "_slug")) and column not in WITHOUT_DIMENSION
    ]

    assert loose
    assert not set(loose) - joined - own


def test_what_is_said_to_lie_in_order_is_written_in_a_total_order(manifest, models):
    in_order = [model for model in models if model["config"]["meta"].get("lies_in_order")]
    keys = unique_column_sets(manifest)

    assert len(in_order) == 3
    for model in in_order:
        ordered_by = model["raw_code"].rstrip().rpartition("order by")[2]
        columns = {word.strip().rpartition(".")[2] for word in ordered_by.split(",")}
        assert any(key <= columns for key in keys[model["unique_id"]]), model["name"]


def unique_column_sets(manifest):
    """By model, the sets of columns that a test says are there once."""
    keys = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        arguments = test.get("kwargs", {})
        if test.get("name") == "unique":
            columns = {arguments["column_name"]}
        elif test.get("name") == "unique_together":
            columns = set(arguments["columns"])
        else:
            continue
        keys.setdefault(node["attached_node"], []).append(columns)
    return keys
