-- In: client_plan_id, uid_field, pin_field (the names of the two fields). Out: one row: the subscriber's uid on the
-- platform (null: none yet), and whether a PIN is kept.
select
    (
        select field.value
        from tv.client_extra_field as field
        where field.client_plan_id = :client_plan_id and field.name = :uid_field
    ) as uid,
    exists(
        select 1
        from tv.client_extra_field as field
        where field.client_plan_id = :client_plan_id and field.name = :pin_field
    ) as has_pin
