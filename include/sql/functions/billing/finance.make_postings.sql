-- In: as finance.new_posting. Makes these postings, which this transaction reads as pg_temp.incoming_posting until
-- billing.attach_partition takes them.
create or replace function finance.make_postings(for_due_date date, parked bigint[])
returns void language plpgsql as $$
begin
    execute format(
        'create temporary view incoming_posting as select * from %s', finance.create_postings(for_due_date, parked)
    );
end
$$;
