-- What a bare INSERT ... SELECT fills: the very lines of a list, into a table with the keys and constraints of theirs; and
-- into one that is no more logged than theirs is.
create unlogged table bench_listed as
select * from billing.preview_line;
create table bench_line (like billing.preview_line including all);
create unlogged table bench_unlogged_line (like billing.preview_line including all);
analyze bench_listed;
