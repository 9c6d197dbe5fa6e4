-- In: a text. Out: the same with single spaces for any white space and control characters, and none at its ends. What
-- joins or marks characters (ZWJ, ZWNJ, tags) stays.
create or replace function reconciliation.single_spaced(written text)
returns text
language sql immutable parallel safe
as $$
    select
        btrim(
            regexp_replace(
                written,
                '[\u0001-\u0020\u007f-\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff]+',
                ' ',
                'g'
            )
        )
$$;
