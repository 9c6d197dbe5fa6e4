-- In: of_client; by_author; for_day, the ISP's business date; pin_field, the name of the extra field with the PIN.
-- Makes anonymous, or deletes, what the tables hold of a client, and records that; nothing while something is an
-- obstacle. Out: obstacles, and how many rows were removed and are kept by kind. Harmless when repeated: what appeared
-- meanwhile is removed too, and without anything new no second record is made. Runs as the owner of the tables.
create or replace function privacy.erase_client(of_client bigint, by_author text, for_day date, pin_field text)
returns table (obstacles jsonb, removed jsonb, kept jsonb, already boolean)
language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    plans bigint[];
    found bigint;
    gone jsonb := '{}';
    left_over jsonb;
    place text;
    nothing text;
begin
    perform pg_advisory_xact_lock(hashtextextended('privacy of client ' || of_client, 0));
    plans := array(select distinct held.client_plan_id from privacy.held(of_client) as held order by 1);
    -- As every change of a contract does it, and then as the reconciliation locks its staging.
    perform pg_advisory_xact_lock(hashtextextended('client plan ' || plan, 0)) from unnest(plans) as plan;
    perform pg_advisory_xact_lock(hashtextextended('reconciliation staging', 0));
    perform pg_advisory_xact_lock(hashtextextended('reconciliation staging of changes', 0));
    obstacles := (
        select jsonb_agg(
            jsonb_build_object('cause', found_one.cause, 'client_plan', found_one.client_plan_id)
            order by found_one.cause
        )
        from privacy.obstacle(of_client, for_day) as found_one
    );
    if obstacles is not null then
        return next;
        return;
    end if;
    insert into privacy.erasing default values;

    -- A view over the ERP shows what the ERP has: that is the ERP's to erase, and masked wherever we show it.
    if (
        select relation.relkind = 'r' and pg_has_role(relation.relowner, 'usage')
        from pg_class as relation
        where relation.oid = 'erp.client'::regclass
    ) then
        update erp.client
        set name = privacy.erased_name(), document = ''
        where
            client.id = of_client and (client.name, client.document) is distinct from (privacy.erased_name(), '');
        get diagnostics found = row_count;
        gone := gone || jsonb_build_object('erased_client', found);
    end if;

    -- A device that another client got with the contract is that one's.
    delete from tv.client_point as point
    using privacy.held(of_client) as held
    where
        point.client_plan_id = held.client_plan_id
        and point.added_on < held.until
        and coalesce(point.removed_on, 'infinity') > held.since
        and (held.until = 'infinity' or point.removed_on <= held.until);
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_points', found);

    delete from tv.client_extra_field as field
    using privacy.held(of_client) as held
    where
        field.client_plan_id = held.client_plan_id
        and field.name = pin_field
        -- Nobody's (0) is one that was to be replaced, and may be of any holder.
        and (field.client_id in (of_client, 0) or (field.client_id is null and held.until = 'infinity'));
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_pins', found);

    update tv.contract_change as change
    set before = privacy.anonymous(change.before), after = privacy.anonymous(change.after)
    from privacy.held(of_client) as held
    where
        change.client_plan_id = held.client_plan_id
        and change.changed_at >= held.since
        and (held.until = 'infinity' or change.changed_at < held.until + 1)
        and (change.before, change.after)
        is distinct from (privacy.anonymous(change.before), privacy.anonymous(change.after));
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_contract_changes', found);

    update reconciliation.operation
    set
        before = privacy.anonymous(operation.before),
        after = privacy.anonymous(operation.after),
        target = case when operation.action like '%_device' then 'erased' else operation.target end,
        outcome = null
    from privacy.held(of_client) as held, reconciliation.change_set as made
    where
        operation.client_plan_id = held.client_plan_id
        and operation.change_set_id = made.id
        and made.created_at >= held.since
        and (held.until = 'infinity' or made.created_at < held.until + 1)
        and (
            (operation.before, operation.after)
            is distinct from (privacy.anonymous(operation.before), privacy.anonymous(operation.after))
            or operation.outcome is not null
            or (operation.action like '%_device' and operation.target <> 'erased')
        );
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_operations', found);

    update reconciliation.difference
    set target = case when difference.action like '%_device' then 'erased' else difference.target end,
        rejected_detail = null
    from privacy.held(of_client) as held, reconciliation.change_set as made
    where
        difference.client_plan_id = held.client_plan_id
        and difference.change_set_id = made.id
        and made.created_at >= held.since
        and (held.until = 'infinity' or made.created_at < held.until + 1)
        and (
            difference.rejected_detail is not null
            or (difference.action like '%_device' and difference.target <> 'erased')
        );
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_differences', found);

    delete from reconciliation.stored_otherwise as stored
    using privacy.held(of_client) as held
    where stored.client_plan_id = held.client_plan_id and held.until = 'infinity';
    get diagnostics found = row_count;
    gone := gone || jsonb_build_object('erased_stored_otherwise', found);

    -- The name that a run has staged differs then from the one that there is to be, and the platform is told that. In
    -- each staging that there is.
    for place, nothing in
        select
            cast(cast(relation.oid as regclass) as text),
            case relation.relname when 'subscriber' then '' end
        from pg_class as relation
        where
            relation.relname in ('subscriber', 'desired_subscriber')
            and cast(cast(relation.relnamespace as regnamespace) as text) like 'staging%'
    loop
        execute format(
            $update$
                update %s as staged
                set
                    first_name = $2,
                    last_name = $2,
                    devices = case when held.until = 'infinity' then '{}' else staged.devices end
                from privacy.held($1) as held
                where staged.client_plan_id = held.client_plan_id
            $update$,
            place
        ) using of_client, nothing;
    end loop;

    delete from privacy.erasing where transaction = pg_current_xact_id();
    left_over := (
        select jsonb_object_agg(counted.kind, counted.rows)
        from privacy.kept(of_client) as counted
        where counted.rows > 0
    );
    removed := gone;
    kept := coalesce(left_over, '{}');
    already := privacy.is_erased(of_client);
    if not already or exists (select from jsonb_each_text(gone) as kind where kind.value <> '0') then
        insert into privacy.erasure (client_id, author, erased_on, removed, kept, client_plans)
        values (
            of_client, by_author, for_day, gone, kept,
            array(select distinct plan.id from erp.client_plan as plan where plan.client_id = of_client order by 1)
        );
    end if;
    return next;
end
$$;
