-- In: kept, a table of states with the columns since and until, whose first column is what the states are of; stated, a
-- query of its other columns as they are now, no row twice; today. Ends the states that are not true any more, and
-- begins those that are: a first one extends backwards, a second one of a day replaces the first. What is not stated
-- keeps its state. Out: how many states are new.
create or replace function history.keep(kept regclass, stated text, today date)
returns bigint language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    id text;
    state text;
    assigned text;
    begun bigint;
begin
    select
        format('%I', min(attname) filter (where attnum = 1)),
        string_agg(format('%I', attname), ', ' order by attnum) filter (where attnum > 1),
        string_agg(format('%1$I = changed.%1$I', attname), ', ' order by attnum) filter (where attnum > 1)
    into id, state, assigned
    from pg_attribute
    where attrelid = kept and attnum > 0 and not attisdropped and attname not in ('since', 'until');
    execute format(
        $statement$
            with changed as materialized (
                select stated.*, known.since as known_since
                from (%1$s) as stated (%3$s, %4$s)
                left join %2$s as known on known.%3$s = stated.%3$s and known.until = 'infinity'
                where
                    known.since is null
                    or (%5$s) is distinct from (%6$s)
            ),
            ended as (
                update %2$s as known
                set until = $1
                from changed
                where known.%3$s = changed.%3$s and known.since = changed.known_since and known.since < $1
            ),
            replaced as (
                update %2$s as known
                set %7$s
                from changed
                where known.%3$s = changed.%3$s and known.since = changed.known_since and known.since >= $1
            ),
            begun as (
                insert into %2$s (%3$s, %4$s, since)
                select %3$s, %4$s, case when known_since is null then '-infinity' else $1 end
                from changed
                where known_since is null or known_since < $1
            )
            select count(*) from changed
        $statement$,
        stated, kept, id, state,
        (select string_agg('stated.' || name, ', ') from unnest(string_to_array(state, ', ')) as name),
        (select string_agg('known.' || name, ', ') from unnest(string_to_array(state, ', ')) as name),
        assigned
    ) into begun using today;
    return begun;
end
$$;
