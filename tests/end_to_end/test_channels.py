"""Interviews, videos, geofence and training of the generated company, against what is true of them.

Each in both directions: what happened is there, and what is there happened.
"""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def persons(company):
    """The true person of each profile that landed."""
    profiles = company.warehouse("""
        select source_name, source_profile_id, profile_key
        from intermediate.int_identity__profiles
    """)
    truth = company.truth("profiles").drop_duplicates(["source_name", "source_profile_id"])
    return profiles.merge(truth, on=["source_name", "source_profile_id"]).set_index("profile_key")


@pytest.fixture(scope="module")
def person_of_customer(company, persons):
    """The true person of most of a customer's profiles."""
    customers = company.warehouse(
        "select profile_key, customer_key from intermediate.int_identity__customer_profiles"
    ).set_index("profile_key")
    counts = persons.join(customers).groupby(["customer_key", "person"]).size()
    leading = counts.rename("profiles").reset_index().sort_values(["profiles", "person"])
    return leading.drop_duplicates("customer_key", keep="last").set_index("customer_key").person


def touchpoints(company, kind):
    return company.warehouse(f"""
        select
            touchpoints.*, profiles.source_profile_id
        from intermediate.int_touchpoints__all as touchpoints
        left join intermediate.int_identity__profiles as profiles
            on touchpoints.profile_key = profiles.profile_key
        where touchpoint_type_slug = '{kind}'
    """)


def test_every_interview_that_was_held_is_a_touchpoint_with_its_customers_words(
    company, person_of_customer
):
    truth = company.truth("interviews")
    held = truth[truth.status == "completed"]
    found = touchpoints(company, "interview_held").assign(
        person=lambda t: t.customer_key.map(person_of_customer)
    )

    both = held.merge(found, left_on="started_at", right_on="occurred_at", how="outer")
    assert len(held) > 5
    assert len(both) == len(held) == len(found)
    # None of the interviewer's words, none of a voice that nobody knows, all of the customer's.
    assert both.customer_words.fillna("").tolist() == both.body.fillna("").tolist()
    known = both[both.customer_key.notna()]
    assert len(known) > 0.6 * len(both)
    assert (known.person_x == known.person_y).mean() > 0.9


def test_an_interviewers_words_are_in_no_text(company):
    spoken = {
        words
        for asked in company.truth("interviews").interviewer_words
        for words in asked.split(" / ")
        if len(words) > 20
    }
    texts = company.warehouse(
        "select body from intermediate.int_touchpoints__all where source_name = 'interviews'"
    ).body.dropna()

    assert spoken
    assert not [words for words in spoken if texts.str.contains(words, regex=False).any()]


def test_every_view_of_a_video_is_told_with_how_far_it_got(company, person_of_customer):
    truth = company.truth("video_views").query("is_over")
    truth = truth[truth.started_at < truth.started_at.max() - pd.Timedelta(days=1)]
    found = company.warehouse("""
        select
            events.touchpoint_key, events.outcome_slug, events.watched_seconds, views.view_id,
            touchpoints.customer_key, touchpoints.session_key
        from intermediate.int_web__video_views as views
        inner join intermediate.int_web__events as events
            on events.touchpoint_type_slug = 'video_played'
            and events.occurred_at = views.started_at
            and events.watched_seconds = views.watched_seconds
        inner join intermediate.int_touchpoints__all as touchpoints using (touchpoint_key)
    """)
    found["playback_id"] = found.view_id.str.split(" ").str[0]
    found["person"] = found.customer_key.map(person_of_customer)

    both = truth.merge(found, on="playback_id", how="left", suffixes=("_true", ""))

    assert len(truth) > 50
    assert both.view_id.notna().all()
    assert (both.outcome_slug == both.furthest).mean() > 0.97
    assert ((both.watched_seconds - both.watched_seconds_true).abs() < 1).mean() > 0.97
    assert set(found.playback_id) <= set(company.truth("video_views").playback_id)
    assert both.session_key.notna().all()
    # A browser that several people share is one visitor until somebody signs in.
    known = both[both.person.notna()]
    assert (known.person == known.person_true).mean() > 0.8


def test_sessions_count_the_videos_that_are_their_touchpoints(company):
    sessions = company.published("""
        select
            sum(video_play_count) as plays, sum(completed_video_count) as completed,
            sum(video_watched_seconds) as seconds,
            count(*) filter (where video_play_count > 0) / count(*) as share
        from marts.fct_sessions
    """).iloc[0]
    daily = company.published("""
        select sum(touchpoint_count) as plays,
            sum(touchpoint_count) filter (where outcome_slug = 'completed') as completed
        from marts.touchpoints_daily where touchpoint_type_slug = 'video_played'
    """).iloc[0]
    truth = company.truth("video_views")

    assert sessions.plays == daily.plays > 50
    assert sessions.completed == daily.completed
    assert sessions.seconds == pytest.approx(truth.watched_seconds.sum(), rel=0.02)
    assert 0.005 < sessions.share < 0.08


def test_the_geofence_tells_of_those_who_agreed_and_of_nobody_else(company):
    truth = company.truth("geofence_events")
    agreed = truth[truth.has_consent]
    found = touchpoints(company, "store_area_crossed")
    cell = ["store_key", "outcome_slug", "occurred_at"]

    told = agreed.rename(
        columns={"store_id": "store_key", "crossing": "outcome_slug", "at": "occurred_at"}
    )
    last_day = truth["at"].max() - pd.Timedelta(minutes=5)
    told = told[told.occurred_at < last_day]
    told["occurred_at"] = told.occurred_at.dt.floor("s")

    both = told.merge(found, on=cell, how="left")
    assert (~truth.has_consent).sum() > 10, "a refusal that an old version of the app ignores"
    assert both.touchpoint_key.notna().all()
    assert abs(len(found) - len(agreed)) <= 2
    refused = set(truth.person[~truth.has_consent])
    located = company.warehouse("""
        select distinct source_profile_id from intermediate.int_touchpoints__sensors
        inner join intermediate.int_identity__profiles using (profile_key)
        where touchpoint_type_slug = 'store_area_crossed'
    """).source_profile_id
    owners = company.truth("profiles").query("source_name == 'sensors'")
    owners = owners[owners.source_profile_id.isin(located)]
    assert not refused & set(owners.person)


def test_a_tag_is_read_beside_a_product_and_a_device(company):
    tags = touchpoints(company, "tag_read")
    readings = company.warehouse(
        "select count(*) as n from staging.stg_sensors__readings "
        "where sensor_type = 'rfid' and zone_slug != 'entrance'"
    ).n.iloc[0]

    assert len(tags) == readings > 20
    assert tags.product_key.notna().all()
    assert tags.profile_key.notna().all()


def test_the_training_of_a_team_is_that_of_its_courses_of_five_and_more(company):
    truth = company.truth("training").query("assigned >= 5")
    teams = company.published("select team_key, team_name from marts.dim_teams")
    expected = (
        truth.groupby(["team_name", "week_start_date"])[["assigned", "completed"]].sum()
    ).reset_index()
    shown = company.published("""
        select *, period_start_date as week_start_date from marts.frontline_scorecard
        where unit_type = 'team' and period_type = 'week' and training_assigned_count is not null
    """)

    both = expected.merge(teams, on="team_name").merge(
        shown, on=["team_key", "week_start_date"], how="outer", indicator=True
    )
    found = both[both["_merge"] != "left_only"]
    assert set(both["_merge"]) <= {"both", "left_only"}
    assert len(found) > 0.8 * len(expected)
    assert (found.assigned == found.training_assigned_count).all()
    assert (found.completed == found.training_completed_count).all()
    rate = found.training_completed_count / found.training_assigned_count
    assert (rate - found.training_completion_rate).abs().max() < 1e-9
    assert found.training_completion_rate.between(0, 1).all()
