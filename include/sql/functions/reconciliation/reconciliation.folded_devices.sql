-- In: devices by MAC. Out: the same in the form in which they are compared.
create or replace function reconciliation.folded_devices(devices jsonb)
returns jsonb
language sql immutable parallel safe
as $$
    select coalesce(jsonb_object_agg(entry.key, reconciliation.folded_device(entry.value)), '{}')
    from jsonb_each(devices) as entry
$$;
