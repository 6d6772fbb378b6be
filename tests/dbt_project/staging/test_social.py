import numpy as np
import pytest

from orchestration.sample_world.sources import social


@pytest.fixture
def talk(world):
    """A mention, a message with its reply, and a review in Chinese: a hundred times each."""
    times = 100
    kinds = ["social_mentioned", "social_messaged", "social_replied", "review_posted"]
    rows = times * len(kinds)
    start = np.datetime64("2026-01-02T10:00:00", "ms")
    in_case = np.array([-1, 0, 0, -1] * times)
    number = np.repeat(np.arange(times), len(kinds))
    return world(
        persons={
            "person": [0, 1],
            "given_name": ["Ann", "Bo"],
            "language": ["zh", "en"],
            "social_handle": ["@Ann_0", None],
        },
        moments={
            "moment": np.arange(rows),
            "kind": np.array(kinds * times, dtype=object),
            "person": np.zeros(rows, dtype=int),
            "at": start + (np.arange(rows) * 3_600_000).astype("timedelta64[ms]"),
            "case": np.where(in_case < 0, -1, number),
            "product": np.array([-1, -1, -1, 0] * times),
            "team": np.array([-1, -1, 4, -1] * times),
            "reason": np.array([None, "return", None, None] * times, dtype=object),
            "outcome": np.array([None, None, "resolved", None] * times, dtype=object),
            "wait_seconds": np.array([np.nan, np.nan, 600, np.nan] * times),
            "score": np.array([np.nan, np.nan, np.nan, 4] * times),
            "text": np.array(["嗯", "我想退货。", "Thanks", "很好"] * times, dtype=object),
        },
    )


def test_posts_land_once_with_author_thread_and_topic(stage, talk):
    query = stage("social", social.write, talk)

    posts = query(
        "select is_from_brand, post_type in ('mention', 'comment'), author_handle, replied_handle,"
        " topic, team_id, reply_seconds, is_closing, count(*), count(distinct conversation_id),"
        " sum(len(_issues)) from staging.stg_social__posts group by all order by all"
    )
    # A tag that comes a day later is in the last state, for all that are a day old.
    tagged = [row for row in posts if row[4] == "Returns"]
    assert sum(row[8] for row in tagged) > 90
    untagged = [row for row in posts if row[4] is None and not row[1] and not row[0]]
    assert sum(row[8] for row in tagged + untagged) == 100
    mentions = (False, True, "ann_0", None, None, None, None, False, 100, 100, 0)
    replies = (True, False, "samplecompany", "ann_0", None, "T05", 600.0, True, 100, 100, 0)
    assert mentions in posts
    assert replies in posts
    (delivered,) = query("select count(*) from raw_social.posts")
    assert delivered[0] > 300


def test_an_edited_review_shows_its_last_stars(stage, talk):
    query = stage("social", social.write, talk)

    reviews = query(
        "select product_id, stars, author_handle, language, body, count(*)"
        " from staging.stg_social__reviews group by all"
    )
    assert reviews == [("PR001", "4", "ann_0", "zh", "很好", 100)]
    assert query("select count(*) > 100 from raw_social.reviews") == [(True,)]
