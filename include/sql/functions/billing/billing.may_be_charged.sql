-- In: a client package and a segment of its month; whether a person took that back and lets it be charged again (null:
-- nobody took it back); of what was charged for the month, the client packages and the segments (billing.segment_key).
-- Out: whether it may be charged beside that: another sale, or a segment that was taken back.
create or replace function billing.may_be_charged(
    of_client_package bigint, of_segment integer, rebill boolean, charged_client_packages bigint[],
    charged_segments bigint[]
)
returns boolean
language sql immutable parallel safe
as $$
    select
        of_client_package <> all(charged_client_packages)
        or (rebill is true and billing.segment_key(of_client_package, of_segment) <> all(charged_segments))
$$;
