-- Out: whether staging holds a subscriber of the platform twice. By bytes: any order will do, and this one is fast.
select count(*) > count(distinct uid collate "C") from staging.subscriber
