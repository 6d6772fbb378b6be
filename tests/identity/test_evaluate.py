import pandas as pd
import pytest

from orchestration.identity.evaluate import pairwise_quality


@pytest.mark.parametrize(
    ("resolved", "precision", "recall"),
    [
        pytest.param("AABB", 1, 1, id="as it is"),
        pytest.param("ABCD", 1, 0, id="nothing joined"),
        pytest.param("AAAA", 2 / 6, 1, id="everything joined"),
        pytest.param("AAAB", 1 / 3, 1 / 2, id="one record astray"),
    ],
)
def test_pairs_are_counted_from_both_sides(resolved, precision, recall):
    quality = pairwise_quality(pd.Series(list(resolved)), pd.Series(["x", "x", "y", "y"]))

    assert quality.precision == pytest.approx(precision)
    assert quality.recall == pytest.approx(recall)


def test_labels_of_different_records_are_refused():
    with pytest.raises(ValueError, match="2 resolved labels for 1"):
        pairwise_quality(pd.Series(["a", "b"]), pd.Series(["x"]))
