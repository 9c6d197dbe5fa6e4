-- In: today, year_months (how long a year must be over before it becomes one partition). Out: each partition of
-- events, postings and plan fees whose dates are over: its parent, the first day of the month or year that it belongs
-- to, and which of the two; its dates, those of them that are not closed, and its size in bytes.
with part as (
    select
        parted.name as parent,
        listed.partition,
        listed.dates,
        cast(listed.dates[cardinality(listed.dates)] as timestamp) as last_date
    from (values ('billing.event_record'), ('finance.posting'), ('finance.posting_of_plans')) as parted (name)
    cross join billing.partition_dates(cast(parted.name as regclass)) as listed
),

ended as (
    select
        part.parent,
        part.partition,
        part.dates,
        date_trunc('year', part.last_date) + make_interval(years => 1, months => :year_months) <= :today as whole_year
    from part
    where date_trunc('month', part.last_date) + interval '1 month' <= :today
)

select
    ended.parent,
    cast(cast(ended.partition as oid) as bigint) as partition,
    ended.dates,
    ended.whole_year,
    cast(
        date_trunc(case when ended.whole_year then 'year' else 'month' end, cast(ended.dates[1] as timestamp)) as date
    ) as period,
    array(
        select due.day
        from unnest(ended.dates) as due (day)
        where billing.closings(cast(ended.parent as regclass), array[due.day]) is null
        order by due.day
    ) as open_dates,
    pg_total_relation_size(ended.partition) as size
from ended
order by ended.parent, ended.dates
