-- What share of detractors did we speak to within 48 hours, and how many came back as non-detractors?
select
    cast(date_trunc('month', answered_date) as date) as month_start_date,
    count(*) filter (where loop_state in ('closed', 'closed_late', 'missed')) as detractors,
    count(*) filter (where loop_state = 'closed') as reached_in_48_hours,
    count(*) filter (where next_answered_at is not null) as answered_again,
    count(*) filter (where recovery_state = 'recovered') as recovered
from marts.closed_loop
group by date_trunc('month', answered_date)
order by month_start_date;
