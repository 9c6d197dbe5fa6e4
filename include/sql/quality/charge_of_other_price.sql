-- In: due_date. Out: each live charge by a price that is neither the sale's, nor that of a promotion, nor the
-- package's, and that neither of them had, by the history or the audit rows. Somebody changed the price without a
-- trace, as only the owner of the tables can, or forged the charge.
select
    'event ' || event.id || ' of ' || event.amount || ' charges ' || event.price || ', and the '
    || case event.price_source when 'client' then 'client' else 'package' end || '''s price is '
    || coalesce(cast(case event.price_source when 'client' then sold.price else package.price end as text), 'unknown')
        as offender
from billing.live_charge(:due_date) as event
inner join tv.client_package as sold on event.client_package_id = sold.id
inner join tv.package as package on event.package_id = package.id
where
    event.price is not null
    and case event.price_source
        when 'client'
            then
                event.price is distinct from sold.price
                and not exists (
                    select 1
                    from history.client_package as past
                    where past.client_package_id = sold.id and past.price = event.price
                )
                and not exists (
                    select 1
                    from tv.promotion as promotion
                    where promotion.client_package_id = sold.id and promotion.price = event.price
                )
        else
            event.price is distinct from package.price
            and not exists (
                select 1
                from history.package as past
                where past.package_id = package.id and past.price = event.price
            )
            and not exists (
                select 1
                from tv.contract_change as change
                where
                    change.package_id = event.package_id
                    and event.price in (
                        cast(change.before ->> 'price' as numeric), cast(change.after ->> 'price' as numeric)
                    )
            )
    end
order by event.id
