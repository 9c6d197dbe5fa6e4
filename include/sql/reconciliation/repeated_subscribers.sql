-- Out: whether staging holds a subscriber twice. Compares bytes: any order will do, and this one is fast.
select count(*) > count(distinct listed.uid collate "C")
from (
    select subscriber.uid from staging.subscriber
    union all
    select parked.uid from staging.parked_subscriber as parked
    where parked.uid is not null
) as listed
