-- In: a text. Out: the text for a cell of a spreadsheet: one that would be taken for a formula is quoted.
create or replace function tv.cell(written text)
returns text
language sql immutable parallel safe
as $$
    select case when written ~ '^[=+@\t\r-]' then '''' || written else written end
$$;
