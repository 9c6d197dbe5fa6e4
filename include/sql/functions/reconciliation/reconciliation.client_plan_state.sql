-- In: of_client_plan. Out: how its contract and the platform stand to each other, in one row: waiting (a change waits
-- since), applying (its change set was made at), held (a person is asked since), parked (as seen at, with the code of
-- what is wrong in the ERP, or none if its subscriber is), refused (at, with the code of why), different (as verified
-- at, and nothing explains it) or equal (since it was last changed and verified, or else as verified at); no row if it
-- was never compared, or has no subscriber.
create or replace function reconciliation.client_plan_state(of_client_plan bigint)
returns table (state text, since timestamptz, code text)
language sql stable
as $$
    with untaken as (
        select min(change.created_at) as since
        from reconciliation.pending_change as change
        where change.client_plan_id = of_client_plan and change.change_set_id is null
        having count(*) > 0
    ),

    -- A change that was taken by a change set which was never finished is served by the next one. What was stopped for a
    -- source that shrank is not being applied; what was verified and differs is told below.
    unfinished as (
        select
            min(change.created_at) as since,
            max(taker.created_at) filter (
                where
                    taker.status in ('planned', 'approved', 'applied')
                    and not (taker.status = 'planned' and taker.concerns <> '[]')
                    and taker.created_at > now() - interval '20 hours'
            ) as taken_at
        from reconciliation.pending_change as change
        inner join reconciliation.change_set as taker on change.change_set_id = taker.id
        where
            change.client_plan_id = of_client_plan
            and taker.verified_at is null
            and taker.second_snapshot_id is null
            and not exists (
                select from reconciliation.change_set as later
                where
                    later.id > taker.id
                    and later.verified_at is not null
                    and later.lane = 'full'
                    and later.only_client_plan_id is null
            )
        having count(*) > 0
    ),

    sending as (
        select max(change_set.created_at) as since
        from reconciliation.operation
        inner join reconciliation.change_set on operation.change_set_id = change_set.id
        where
            operation.client_plan_id = of_client_plan
            and operation.status = 'planned'
            and change_set.status in ('approved', 'applied')
            and change_set.split_from is null
            and change_set.created_at > now() - interval '20 hours'
        having count(*) > 0
    ),

    asked as (
        select min(question.waiting_since) as since
        from reconciliation.operation
        inner join reconciliation.change_set as question on operation.change_set_id = question.id
        where
            operation.client_plan_id = of_client_plan
            and question.split_from is not null
            and question.status = 'planned'
        having count(*) > 0
    ),

    compared as (
        select
            change_set.id,
            change_set.verified_at
        from reconciliation.change_set
        where change_set.id = reconciliation.last_verified(of_client_plan)
    ),

    difference as (
        select
            compared.verified_at as since,
            (array_agg(left_over.rejected_because) filter (where left_over.rejected_because is not null))[1] as code
        from compared
        inner join reconciliation.difference as left_over on compared.id = left_over.change_set_id
        where
            left_over.client_plan_id = of_client_plan
            and left_over.rejected_because is distinct from 'stored_otherwise'
        group by compared.verified_at
    ),

    -- Found by a change set after that one, which was not verified because of it.
    unexplained as (
        select max(seen.taken_at) as since
        from reconciliation.change_set as failed
        inner join reconciliation.snapshot as seen on failed.second_snapshot_id = seen.id
        inner join reconciliation.difference as left_over on failed.id = left_over.change_set_id
        where
            failed.id > coalesce((select compared.id from compared), 0)
            and failed.status = 'applied'
            and left_over.client_plan_id = of_client_plan
            and left_over.rejected_because is null
        having count(*) > 0
    ),

    refused as (
        select
            max(operation.done_at) as since,
            (array_agg(operation.outcome_code order by operation.number))[1] as code
        from compared
        inner join reconciliation.operation on compared.id = operation.change_set_id
        where operation.client_plan_id = of_client_plan and operation.status = 'rejected'
        having count(*) > 0
    ),

    parked as (
        select
            made.created_at as since,
            left_alone.reason as code
        from (
            select
                contract.change_set_id,
                contract.reason
            from reconciliation.parked_client_plan as contract
            where contract.client_plan_id = of_client_plan
            union all
            select
                subscriber.change_set_id,
                null
            from reconciliation.parked_subscriber as subscriber
            where subscriber.client_plan_id = of_client_plan
        ) as left_alone
        inner join reconciliation.change_set as made on left_alone.change_set_id = made.id
        order by made.id desc, left_alone.reason asc
        limit 1
    ),

    changed as (
        select max(change_set.verified_at) as since
        from reconciliation.operation
        inner join reconciliation.change_set on operation.change_set_id = change_set.id
        where
            operation.client_plan_id = of_client_plan
            and operation.status = 'applied'
            and change_set.verified_at is not null
    ),

    listed as (
        select
            1 as place,
            'waiting' as state,
            untaken.since,
            null as code
        from untaken
        union all
        select
            2,
            case when unfinished.taken_at is null then 'waiting' else 'applying' end,
            coalesce(unfinished.taken_at, unfinished.since),
            null
        from unfinished
        union all
        select
            3,
            'applying',
            sending.since,
            null
        from sending
        union all
        select
            4,
            'held',
            asked.since,
            null
        from asked
        union all
        select
            5,
            'parked',
            parked.since,
            parked.code
        from parked
        union all
        select
            6,
            'different',
            unexplained.since,
            null
        from unexplained
        union all
        select
            7,
            'refused',
            refused.since,
            refused.code
        from refused
        union all
        select
            8,
            case when difference.code is null then 'different' else 'refused' end,
            difference.since,
            difference.code
        from difference
        union all
        select
            9,
            'equal',
            coalesce(changed.since, compared.verified_at),
            null
        from compared
        cross join changed
        where exists (
            select from tv.client_extra_field as field
            where field.client_plan_id = of_client_plan
        )
    )

    select
        listed.state,
        listed.since,
        listed.code
    from listed
    order by listed.place
    limit 1
$$;
