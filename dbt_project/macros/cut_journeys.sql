{#
    Cuts the timeline of each customer, journey type and subject into journeys, and keeps what belongs to one.

    A closing touchpoint (reach or fail) ends a stretch; so does a silence longer than the time-out, measured
    from the last anchor (a touchpoint of the customer, or a start). Within a stretch everything from its first
    start onward belongs to one journey, unless it is older than a journey may become. Longer than our macros are, because two models make the same cut.
#}
{% macro cut_journeys(candidates) -%}
    with closed_stretches as (
        select
            *,
            row_number() over timeline as position,
            coalesce(
                sum(case when is_reach or is_fail then 1 else 0 end) over (
                    timeline rows between unbounded preceding and 1 preceding
                ),
                0
            ) as closed_count
        from {{ candidates }}
        window timeline as (
            partition by customer_key, journey_slug, subject_key
            order by occurred_at, role_rank, touchpoint_key
        )
    ),

    anchored as (
        select
            *,
            max(case when is_anchor then occurred_at end) over (
                partition by customer_key, journey_slug, subject_key, closed_count
                order by position
                rows between unbounded preceding and 1 preceding
            ) as last_anchored_at
        from closed_stretches
    ),

    silences as (
        select
            *,
            coalesce(
                {{ seconds_between('last_anchored_at', 'occurred_at') }} > timeout_days * 86400,
                false
            ) as is_after_silence
        from anchored
    ),

    stretches as (
        select
            *,
            sum(case when is_anchor and is_after_silence then 1 else 0 end) over (
                partition by customer_key, journey_slug, subject_key, closed_count
                order by position
            ) as silence_count
        from silences
    ),

    starts as (
        select
            *,
            {{ first_known('case when is_start then touchpoint_key end') }} over (
                partition by customer_key, journey_slug, subject_key, closed_count, silence_count
                order by position
            ) as start_touchpoint_key,
            min(case when is_start then occurred_at end) over (
                partition by customer_key, journey_slug, subject_key, closed_count, silence_count
                order by position
                rows between unbounded preceding and current row
            ) as started_at
        from stretches
    )

    select
        touchpoint_key,
        customer_key,
        journey_slug,
        subject_key,
        start_touchpoint_key,
        {{ surrogate_key(['journey_slug', 'start_touchpoint_key']) }} as journey_key,
        stage_slug,
        timeout_days,
        maximum_days,
        role_rank,
        is_start,
        is_reach,
        is_fail,
        is_anchor,
        occurred_at
    from starts
    where
        start_touchpoint_key is not null
        and not (is_after_silence and not is_anchor)
        and coalesce(
            occurred_at <= started_at + {{ duration_of('maximum_days', 'day') }}, true
        )
{%- endmacro %}
