-- In: an event that was read already. Out: one line a person can read to a client: where the amount comes from.
create or replace function billing.told(event billing.event_record)
returns text
language sql stable parallel safe
as $$
    select
        case event.kind when 'charge' then '' else 'Estorno de ' end
        || package.name || ' em ' || to_char(event.reference_month, 'MM/YYYY') || ': ' || billing.reais(event.amount)
        || case
            when event.days is null then ' (mês cheio'
            else ' (' || event.days || ' de ' || event.denominator || ' dias de ' || billing.reais(event.price)
        end
        || case event.price_source when 'client' then ', preço do cliente' else ', preço do pacote' end
        || coalesce(
            ', política ' || policy.id || ': '
            || case policy.proration when 'daily' then 'por dia' else 'valor cheio' end
            || case policy.timing when 'arrears' then ', mês vencido' else ', mês do vencimento' end, ''
        ) || ')'
    from tv.package as package
    left join billing.policy on event.policy_id = policy.id
    where package.id = event.package_id
$$;
