"""Semantic exports of marts that a company adds, whatever their columns are."""

import pytest
import yaml

from orchestration.reporting.documents.dictionary import Column, Table
from orchestration.reporting.documents.semantic import cube, ossie


@pytest.mark.parametrize("data_type", ["varchar[]", "struct(a integer)", "interval", "anything"])
def test_a_column_of_another_type_is_a_text_and_stops_no_publish(data_type):
    table = Table("fct_ours", "", "", [Column("odd", data_type, "", "", "")])

    (dataset,) = yaml.safe_load(ossie([table], [], [], {}))["semantic_model"][0]["datasets"]
    (ours,) = yaml.safe_load(cube([table], [], [], {}))["cubes"]

    assert dataset["fields"][0]["datatype"] == "String"
    assert ours["dimensions"][0]["type"] == "string"


def test_every_number_that_a_contract_may_declare_is_one():
    types = ["smallint", "hugeint", "float", "real", "decimal(18, 2)", "double", "bigint"]
    table = Table("fct_ours", "", "", [Column(f"c{n}", t, "", "", "") for n, t in enumerate(types)])

    (ours,) = yaml.safe_load(cube([table], [], [], {}))["cubes"]

    assert {dimension["type"] for dimension in ours["dimensions"]} == {"number"}
