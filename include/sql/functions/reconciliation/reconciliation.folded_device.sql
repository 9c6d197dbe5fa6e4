-- In: a device (device_type_uid, serial, label). Out: the form in which two are compared.
create or replace function reconciliation.folded_device(device jsonb)
returns jsonb
language sql immutable parallel safe
as $$
    select
        jsonb_build_array(
            reconciliation.folded_uid(coalesce(device ->> 'device_type_uid', '')),
            reconciliation.folded(device ->> 'serial'),
            reconciliation.folded(device ->> 'label')
        )
    where device is not null
$$;
