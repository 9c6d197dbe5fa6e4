-- Out: whether staging holds a subscriber twice. Compares bytes: any order will do, and this one is fast.
select count(*) > count(distinct uid collate "C") from staging.subscriber
