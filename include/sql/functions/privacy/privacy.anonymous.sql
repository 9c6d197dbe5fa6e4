-- In: content, a row or a part of one as JSON. Out: the same without what tells of a person or a device.
create or replace function privacy.anonymous(content jsonb)
returns jsonb
language sql immutable
as $$
    select
        content || coalesce(
            (
                select jsonb_object_agg(key, null)
                from jsonb_object_keys(content) as key
                where key in ('first_name', 'last_name', 'mac', 'serial', 'label')
            ),
            '{}'
        )
$$;
