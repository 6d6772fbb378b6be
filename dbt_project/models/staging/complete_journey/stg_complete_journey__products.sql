with source as (
    select * from {{ source('complete_journey', 'products') }}
),

versions as (
    select
        *,
        {{ latest_version(
            'product_id',
            content=surrogate_key([
                'manufacturer_id', 'department', 'brand', 'product_category', 'product_type',
                'package_size'
            ])
        ) }} as is_latest_version
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

    cast({{ list_of([]) }} as {{ list_type('varchar') }}) as _issues,
    _line,
    _load_id
from versions
where is_latest_version
