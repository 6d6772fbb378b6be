import pyarrow as pa
import pytest

from orchestration.identity.link_decisions import WEIGHED_KINDS, waived_kinds
from orchestration.identity.matching import configuration


def links(*reasons):
    return pa.table({"link_reason": pa.array(reasons, pa.string())})


def test_what_a_match_weighs_is_what_it_compares():
    assert set(WEIGHED_KINDS) == set(configuration()["unreliable"]["kinds"])


@pytest.mark.parametrize("reason", ["shared_identifier", "forced_merge", "vendor_merge"])
def test_a_link_that_weighed_nothing_is_refused_by_every_reliable_kind(reason):
    assert waived_kinds(["full_name"], True, links("match", reason)) == ["full_name"]


def test_matches_of_pairs_alone_are_refused_nothing_once_more():
    assert waived_kinds([], True, links("match", "match")) == WEIGHED_KINDS
    assert waived_kinds([], False, links("match", "match")) == []


def test_no_links_are_no_mistake():
    assert waived_kinds([], True, links()) == WEIGHED_KINDS
