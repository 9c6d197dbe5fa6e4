-- Out: whether staging holds a subscriber twice. Compares bytes: any order will do, and this one is fast.
with listed as (
    select uid collate "C" as uid from subscriber
    union all
    select uid collate "C" as uid from parked_subscriber
    where uid is not null
)

select count(*) > count(distinct uid) from listed
