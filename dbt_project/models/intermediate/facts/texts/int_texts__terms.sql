-- What nobody has a name for yet shows as a word. Numbers, addresses and names of people are no
-- words here, nor is what fewer customers wrote than may be shown. Bounded by its weeks, so that
-- an erased text is gone with the next run.
with text_settings as (
    select
        max(setting_value) filter (where setting = 'term_minimum_customers')
            as minimum_customers,
        {{ duration_of(
            "7 * max(setting_value) filter (where setting = 'term_history_weeks')", 'day'
        ) }} as history
    from {{ ref('text_settings') }}
),

settings as (
    select
        text_settings.minimum_customers,
        cast(company_settings.as_of - text_settings.history as date) as history_date
    from {{ ref('int_company__settings') }} as company_settings
    cross join text_settings
),

texts as (
    select
        texts.text_key,
        texts.customer_key,
        -- Each channel has words of its own, and a wave of surveys is no news.
        texts.channel_slug || ' ' || coalesce(texts.language, 'unknown') as stratum,
        {{ period_start("'week'", 'texts.occurred_date') }} as week_start_date
    from {{ ref('int_texts__texts') }} as texts
    cross join settings
    where
        texts.customer_key is not null
        and texts.occurred_date >= settings.history_date
),

clauses as (
    select * from {{ ref('int_texts__clauses') }}
),

profiles as (
    select
        {{ folded_words('given_name') }} as given_name,
        {{ folded_words('surname') }} as surname
    from {{ ref('int_identity__profiles') }}
),

name_words as (
    select {{ one_row_per(words("concat_ws(' ', given_name, surname)")) }} as word
    from profiles

    except

    -- A person may be called like a product, or like a word of a phrase.
    select {{ one_row_per(words(folded_words('product_name'))) }} as word
    from {{ ref('int_orders__products') }}

    except

    select {{ one_row_per(words(folded_words('phrase'))) }} as word
    from {{ ref('reason_phrases') }}
),

-- Names that are written without a space, in either order. A given name of two characters names
-- somebody by itself.
unparted_names as (
    select {{ one_row_per(list_of(
        ['given_name || surname', 'surname || given_name', 'given_name']
    )) }} as unparted_name
    from profiles
    where {{ unparted_script('surname') }}
),

worded_clauses as (
    select
        texts.text_key,
        texts.customer_key,
        texts.stratum,
        texts.week_start_date,
        clauses.clause_number,
        {{ said_words('clauses.body') }} as words
    from texts
    inner join clauses
        on texts.text_key = clauses.text_key
),

placed_words as (
    select
        text_key,
        customer_key,
        stratum,
        week_start_date,
        clause_number,
        {{ one_row_per_place({'place': numbers_to(list_size('words')), 'word': 'words'}) }}
    from worded_clauses
),

known_words as (
    select
        *,
        {{ unparted_script('word') }} as is_unparted,
        {{ is_said_word('word') }} as is_word
    from placed_words
),

pairs as (
    select
        *,
        lead(word) over clause_words as next_word,
        lead(is_word and not is_unparted) over clause_words as is_next_word
    from known_words
    window clause_words as (partition by text_key, clause_number order by place)
),

runs as (
    select
        customer_key,
        stratum,
        week_start_date,
        word,
        {{ one_row_per(numbers_to('length(word) - 1')) }} as place
    from known_words
    where is_unparted and is_word
),

said_terms as (
    select
        customer_key,
        stratum,
        week_start_date,
        'word' as term_kind,
        word as term
    from known_words
    where is_word and not is_unparted and length(word) >= 3

    union all

    select
        customer_key,
        stratum,
        week_start_date,
        'pair' as term_kind,
        word || ' ' || next_word as term
    from pairs
    where is_word and not is_unparted and is_next_word

    union all

    select
        customer_key,
        stratum,
        week_start_date,
        'run' as term_kind,
        substr(word, place, 2) as term
    from runs

    union all

    select
        customer_key,
        stratum,
        week_start_date,
        'run' as term_kind,
        substr(word, place, 3) as term
    from runs
    where place <= length(word) - 2
),

counted_terms as (
    select
        term_kind,
        term,
        stratum,
        week_start_date,
        count(distinct customer_key) as customer_count
    from said_terms
    group by
        term_kind,
        term,
        stratum,
        week_start_date
),

week_terms as (
    select
        term_kind,
        term,
        week_start_date,
        count(distinct customer_key) as customer_count
    from said_terms
    group by
        term_kind,
        term,
        week_start_date
),

frequent_terms as (
    select
        said_terms.term_kind,
        said_terms.term
    from said_terms
    cross join settings
    group by
        said_terms.term_kind,
        said_terms.term
    having count(distinct said_terms.customer_key) >= max(settings.minimum_customers)
),

term_words as (
    select
        term_kind,
        term,
        {{ one_row_per(words(folded_words('term'))) }} as word
    from frequent_terms
),

name_places as (
    select
        unparted_name,
        {{ one_row_per(numbers_to('length(unparted_name) - 1')) }} as place
    from unparted_names
    where length(unparted_name) >= 2
),

name_runs as (
    select substr(unparted_name, place, 2) as run
    from name_places

    union

    select substr(unparted_name, place, 3) as run
    from name_places
    where place <= length(unparted_name) - 2
),

-- A run has two or three characters: itself, and each two of its three.
term_runs as (
    select
        term,
        word as run
    from term_words
    where term_kind = 'run'

    union

    select
        term,
        substr(word, 1, 2) as run
    from term_words
    where term_kind = 'run'

    union

    select
        term,
        substr(word, 2, 2) as run
    from term_words
    where term_kind = 'run' and length(word) = 3
),

terms_with_names as (
    select
        term_words.term_kind,
        term_words.term
    from term_words
    inner join name_words
        on term_words.word = name_words.word

    union

    select
        'run' as term_kind,
        term_words.term
    from term_words
    inner join name_runs
        on term_words.word = name_runs.run
    where term_words.term_kind = 'run'

    union

    select
        'run' as term_kind,
        term_runs.term
    from term_runs
    inner join unparted_names
        on term_runs.run = unparted_names.unparted_name
)

select
    counted_terms.week_start_date,
    counted_terms.stratum,
    counted_terms.term_kind,
    counted_terms.term,
    counted_terms.customer_count,
    week_terms.customer_count as week_customer_count
from counted_terms
inner join week_terms
    on
        counted_terms.term_kind = week_terms.term_kind
        and counted_terms.term = week_terms.term
        and counted_terms.week_start_date = week_terms.week_start_date
inner join frequent_terms
    on
        counted_terms.term_kind = frequent_terms.term_kind
        and counted_terms.term = frequent_terms.term
left join terms_with_names
    on
        counted_terms.term_kind = terms_with_names.term_kind
        and counted_terms.term = terms_with_names.term
where terms_with_names.term is null

union all

-- All who wrote anything, against whom a term is counted.
select
    week_start_date,
    stratum,
    'any' as term_kind,
    '' as term,
    count(distinct customer_key) as customer_count,
    cast(null as bigint) as week_customer_count
from texts
group by
    week_start_date,
    stratum
