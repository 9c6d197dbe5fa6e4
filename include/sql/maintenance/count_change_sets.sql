-- In: days. Out: how many change sets are older, and their operations together.
with change_set as (
    select old.id
    from reconciliation.old_change_set(:days) as old
)

select
    (select count(*) from change_set)
    + (
        select count(*)
        from reconciliation.operation
        inner join change_set on operation.change_set_id = change_set.id
    ) as old
