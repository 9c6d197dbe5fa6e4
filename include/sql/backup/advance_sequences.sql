-- In: margin. Moves each sequence of the database on by so many numbers. Out: their number.
with moved as (
    select
        setval(
            format('%I.%I', sequence.schemaname, sequence.sequencename),
            least(sequence.max_value, coalesce(sequence.last_value, sequence.start_value) + cast(:margin as bigint))
        ) as last_value
    from pg_sequences as sequence
    where sequence.schemaname !~ '^pg_'
)

select count(moved.last_value) from moved
