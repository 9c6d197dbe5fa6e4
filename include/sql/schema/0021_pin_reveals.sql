-- How many PINs a person was shown within an hour is counted before the next one.

-- A person, however their name is spelled: capitals, width of letters and blanks aside.
create function tv.person(author text)
returns text
language sql immutable parallel safe
as $$
    select lower(regexp_replace(btrim(normalize(author, nfkc)), '\s+', ' ', 'g') collate "pg_c_utf8")
$$;

create index pin_reveal_person on tv.pin_reveal (tv.person(author), revealed_at);
