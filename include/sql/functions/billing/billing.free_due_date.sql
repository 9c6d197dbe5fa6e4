-- In: of_client_plan; day, the day of the month on which it is due; since. Out: its first due date from that day on of
-- which it has no invoice. A day past the end of a month is the month's last.
create or replace function billing.free_due_date(of_client_plan bigint, day integer, since date)
returns date language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    month timestamp := date_trunc('month', since::timestamp);
    due date;
begin
    loop
        due := least(month + make_interval(days => day - 1), month + interval '1 month' - interval '1 day');
        if due >= since and not exists (
            select from finance.invoice
            where invoice.client_plan_id = of_client_plan and invoice.due_date = due
        ) then
            return due;
        end if;
        month := month + interval '1 month';
    end loop;
end
$$;
