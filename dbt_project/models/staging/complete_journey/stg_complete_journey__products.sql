with source as (
    select * from {{ source('complete_journey', 'products') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by product_id
            order by
                _file_date desc,
                {{ surrogate_key([
                    'manufacturer_id', 'department', 'brand', 'product_category', 'product_type',
                    'package_size'
                ]) }} desc
        ) as version_rank
    from source
)

select
    -- keys
    product_id,
    manufacturer_id,

    -- attributes
    department,
    brand,
    product_category,
    product_type,
    package_size,

    cast([] as varchar[]) as _issues,
    _load_id
from versions
where version_rank = 1
