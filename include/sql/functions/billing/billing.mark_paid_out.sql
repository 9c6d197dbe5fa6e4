-- In: of_payout, by_whom, on_day (of the payment), means (how it was paid). Notes that a payout was made. Raises
-- restrict_violation if it was made or withdrawn before. As the owner, because nobody else changes payouts.
create or replace function billing.mark_paid_out(of_payout bigint, by_whom text, on_day date, means text)
returns void language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    update billing.payout
    set paid_at = now(), paid_by = by_whom, paid_on = on_day, paid_how = means
    where payout.id = of_payout and payout.paid_at is null and payout.withdrawn_at is null;
    if not found then
        raise exception 'payout %: there is nothing to pay out', of_payout using errcode = 'restrict_violation';
    end if;
end
$$;
