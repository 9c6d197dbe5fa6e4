-- Out: whether staging holds a subscriber twice. Compares bytes: any order will do, and this one is fast.
with listed as (
    select uid collate "C" as uid from staging.subscriber
    union all
    select uid collate "C" as uid from staging.parked_subscriber
    where uid is not null
)

select count(*) > count(distinct uid) from listed
