-- In: today, the ISP's business date; judged, whether a full run has just compared everybody with the platform. Records
-- what the ERP says and what the ISP set of its offer, as true from today on, and which erased clients came back. A
-- client plan that is parked keeps its last good state; one that the ERP does not show any more keeps it too, and is
-- marked as gone: the platform keeps what it has of it as well. Unless they are judged, each one that came, or of which
-- the platform has to follow a change, is pending; not its due day, which the platform does not know. One at a time,
-- until the transaction ends. Runs as the owner of the history; only the owner may record for another day than the
-- server's, by the most that time zones differ. Out: the client plans that were known, and that are stated now; how
-- many of them changed or came, are parked without being cancelled, or have a service plan that is, and went now.
create or replace function history.record(today date, judged boolean default false)
returns table (known bigint, stated bigint, changed bigint, parked bigint, gone bigint)
language plpgsql
security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
begin
    if
        today not between current_date - 1 and current_date + 1
        and not pg_has_role(
            session_user, (select relowner from pg_class where oid = 'history.client_plan'::regclass), 'usage'
        )
    then
        raise exception 'today is not %', today using errcode = 'restrict_violation';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('history', 0));
    create temporary table stated_client_plan on commit drop as select * from history.stated_client_plan();
    create temporary table stated_service_plan on commit drop as select * from history.stated_service_plan();
    select count(*) into known from history.client_plan_term as term where term.gone_since is null;
    select
        count(*),
        count(*) filter (
            where
                plan.status is distinct from 'cancelled'
                and not (
                    plan.reliable
                    and exists (
                        select
                        from pg_temp.stated_service_plan as sold
                        where sold.id = plan.service_plan_id
                    )
                )
        )
    into stated, parked
    from pg_temp.stated_client_plan as plan;
    -- The first record of all is no change.
    if not judged and exists (select from history.client_plan_term) then
        insert into reconciliation.pending_change (client_plan_id, reason)
        select
            plan.client_plan_id,
            'erp'
        from pg_temp.stated_client_plan as plan
        left join history.client_plan as before
            on before.client_plan_id = plan.client_plan_id and before.until = 'infinity'
        left join history.client_plan_term as told on told.client_plan_id = plan.client_plan_id
        where
            plan.reliable
            and (
                (before.client_id, before.service_plan_id, before.status)
                is distinct from (plan.client_id, plan.service_plan_id, plan.status)
                or (told.activated_on, told.cancelled_on, told.gone_since)
                is distinct from (plan.activated_on, plan.cancelled_on, null)
            )
            -- Without TV, before and now, it has nothing on the platform.
            and exists (
                select from tv.service_plan_setting as setting
                where setting.service_plan_id in (before.service_plan_id, plan.service_plan_id) and setting.allows_tv
            );
    end if;
    changed := history.keep(
        'history.client_plan',
        'select client_plan_id, client_id, service_plan_id, status, due_day::smallint from pg_temp.stated_client_plan '
        'where reliable',
        today
    );
    insert into history.client_plan_term as term (client_plan_id, activated_on, cancelled_on)
    select
        plan.client_plan_id,
        plan.activated_on,
        plan.cancelled_on
    from pg_temp.stated_client_plan as plan
    left join history.client_plan_term as told on told.client_plan_id = plan.client_plan_id
    where
        plan.reliable
        and (
            told.client_plan_id is null
            or (told.activated_on, told.cancelled_on, told.gone_since)
            is distinct from (plan.activated_on, plan.cancelled_on, null)
        )
    on conflict (client_plan_id) do update
    set activated_on = excluded.activated_on, cancelled_on = excluded.cancelled_on, gone_since = null;
    update history.client_plan_term as term
    set gone_since = today
    where
        term.gone_since is null
        and not exists (
            select
            from pg_temp.stated_client_plan as plan
            where plan.client_plan_id = term.client_plan_id
        );
    get diagnostics gone = row_count;
    insert into privacy.came_back (erasure_id, client_id)
    select distinct
        seen.erasure_id,
        seen.client_id
    from privacy.comeback() as seen
    on conflict do nothing;
    perform
        history.keep('history.service_plan', 'select id, monthly_price from pg_temp.stated_service_plan', today),
        history.keep(
            'history.service_plan_setting',
            'select service_plan_id, allows_tv, package_id from tv.service_plan_setting',
            today
        ),
        history.keep('history.package', 'select id, extra, active, price from tv.package', today),
        history.keep('history.client_package', 'select id, price from tv.client_package', today);
    drop table pg_temp.stated_client_plan, pg_temp.stated_service_plan;
    return next;
end
$$;
