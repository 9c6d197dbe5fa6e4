-- In: a client package and a segment of its month, 0 to 31. Out: one number for both, to look up in an array.
create or replace function billing.segment_key(of_client_package bigint, of_segment integer)
returns bigint
language sql immutable parallel safe
as $$
    select of_client_package * 100 + of_segment
$$;
