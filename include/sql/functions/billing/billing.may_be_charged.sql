-- In: a client package, and the number and price of a segment of its month; the numbers and prices of those that a
-- person took back and lets be charged again (null: none); of what was charged for the month, the client packages,
-- and their prices (billing.price_key). Out: whether it may be charged beside that: another sale, or a segment that
-- was taken back. It is known by its number, also at another price; and by its price, also if it has another number
-- by now.
create or replace function billing.may_be_charged(
    of_client_package bigint,
    of_segment integer,
    of_price numeric,
    again_segments integer[],
    again_prices numeric[],
    charged_client_packages bigint[],
    charged_prices numeric[]
)
returns boolean
language sql immutable parallel safe
as $$
    select
        of_client_package <> all(charged_client_packages)
        or (
            (of_segment = any(again_segments) or of_price = any(again_prices)) is true
            and billing.price_key(of_client_package, of_price) <> all(charged_prices)
        )
$$;
