with source as (
    select * from {{ source('social', 'reviews') }}
),

exports as (
    select
        {{ json_fields('payload', {
            "review_id": "VARCHAR",
            "site": "VARCHAR",
            "subject": {"type": "VARCHAR", "id": "VARCHAR"},
            "stars": "VARCHAR",
            "title": "VARCHAR",
            "body": "VARCHAR",
            "lang": "VARCHAR",
            "author": {"handle": "VARCHAR", "name": "VARCHAR"},
            "submitted_at": "VARCHAR",
            "updated_at": "VARCHAR"
        }) }} as review,
        md5(payload) as payload_hash,
        _file_date,
        _line,
        _load_id
    from source
),

typed_exports as (
    select
        review,
        {{ utc_timestamp("review['submitted_at']") }} as submitted_at,
        {{ utc_timestamp("review['updated_at']") }} as updated_at,
        payload_hash,
        _file_date,
        _line,
        _load_id
    from exports
),

ranked_exports as (
    select
        *,
        {{ latest_version("review['review_id']", 'updated_at') }} as is_latest_version
    from typed_exports
)

select
    -- keys
    review['review_id'] as review_id,
    case when review['subject']['type'] = 'product' then review['subject']['id'] end as product_id,
    case when review['subject']['type'] = 'store' then review['subject']['id'] end as store_id,

    -- attributes
    review['site'] as site_slug,
    review['subject']['type'] as subject_type,
    lower(trim(leading '@' from nullif(review['author']['handle'], ''))) as author_handle,
    review['author']['name'] as author_name,
    nullif(concat_ws(chr(10), review['title'], review['body']), '') as body,
    lower(review['lang']) as language,
    -- As delivered: whether it is on the scale is for the feedback models to say.
    review['stars'] as stars,

    -- timestamps
    submitted_at,
    updated_at,

    {{ value_issues({
        "review['submitted_at']": 'submitted_at',
        "review['updated_at']": 'updated_at'
    }) }} as _issues,
    _line,
    _load_id
from ranked_exports
where is_latest_version
