-- What the platform should serve, what it serves, and the plan that makes the two equal: one operation a row.
create schema reconciliation;

create table reconciliation.snapshot (
    id bigint generated always as identity primary key,
    only_client_plan_id bigint,
    taken_at timestamptz not null default now(),
    subscribers bigint,
    hash text
);
comment on column reconciliation.snapshot.only_client_plan_id is 'The one client plan that was looked at. Null: all.';
comment on column reconciliation.snapshot.subscribers is 'Null: it was not finished.';
comment on column reconciliation.snapshot.hash is 'Of what was read, without the id of the snapshot itself.';

create table reconciliation.plan (
    id bigint generated always as identity primary key,
    snapshot_id bigint not null references reconciliation.snapshot,
    snapshot_hash text not null,
    only_client_plan_id bigint,
    today date not null,
    status text not null default 'planned' check (
        status in ('planned', 'approved', 'rejected', 'applied', 'verified', 'superseded')
    ),
    desired bigint not null default 0,
    managed bigint not null default 0,
    provisioned bigint not null default 0,
    unmanaged bigint not null default 0,
    operations bigint not null default 0,
    client_plans bigint not null default 0,
    removals bigint not null default 0,
    concerns text[] not null default '{}',
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    applied_at timestamptz,
    verified_at timestamptz,
    check ((decided_by is null) = (decided_at is null)),
    check (status not in ('approved', 'rejected') or decided_by is not null)
);
comment on column reconciliation.plan.desired is 'Client plans that the platform should serve (not INACTIVE).';
comment on column reconciliation.plan.managed is 'Subscribers of the snapshot that are ours.';
comment on column reconciliation.plan.provisioned is 'Client plans whose subscriber uid we have recorded.';
comment on column reconciliation.plan.unmanaged is 'Subscribers of the snapshot that are not ours.';
comment on column reconciliation.plan.client_plans is 'Client plans that the plan changes.';
comment on column reconciliation.plan.removals is 'Client plans that lose a service or a device, or are blocked.';
comment on column reconciliation.plan.concerns is 'Why a person is asked before it is applied. Empty: nobody is.';
comment on column reconciliation.plan.decided_by is 'Who approved or rejected; ''guard'' if nobody had to be asked.';

create table reconciliation.operation (
    plan_id bigint not null references reconciliation.plan,
    client_plan_id bigint not null,
    number smallint not null,
    action text not null check (
        action in (
            'create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin',
            'add_service', 'end_service', 'add_device', 'edit_device', 'remove_device'
        )
    ),
    subscriber_uid text,
    expected_version integer,
    target text,
    before jsonb,
    after jsonb,
    reason text not null,
    idempotency_key uuid not null default gen_random_uuid(),
    status text not null default 'planned' check (status in ('planned', 'applied', 'rejected', 'superseded')),
    outcome text,
    done_at timestamptz,
    primary key (plan_id, client_plan_id, number),
    check ((action in ('create', 'update', 'suspend', 'resume', 'deactivate', 'recover_pin')) = (target is null)),
    check ((status = 'planned') = (done_at is null)),
    check (status <> 'rejected' or outcome is not null)
);
comment on column reconciliation.operation.number is 'The order within the client plan.';
comment on column reconciliation.operation.target is 'The uid of the service, the MAC of the device.';
comment on column reconciliation.operation.outcome is 'Why it was rejected, or what was noticed.';

create table reconciliation.unmanaged (
    plan_id bigint not null references reconciliation.plan,
    subscriber_uid text not null,
    external_id text,
    primary key (plan_id, subscriber_uid)
);

create table reconciliation.difference (
    plan_id bigint not null references reconciliation.plan,
    client_plan_id bigint not null,
    action text not null,
    target text,
    rejected_because text
);
create index difference_plan on reconciliation.difference (plan_id);
comment on table reconciliation.difference is 'What a second snapshot still lacks after a plan was applied.';
comment on column reconciliation.difference.rejected_because is 'Null: nothing explains it.';

-- Staging: rebuilt by every run, a row a subscriber on either side, so that one join compares them.
create unlogged table staging.subscriber_snapshot (
    snapshot_id bigint not null
);
create unlogged table staging.subscriber (
    client_plan_id bigint,
    external_id text,
    uid text not null,
    first_name text not null,
    last_name text not null,
    status text not null,
    services text[] not null,
    devices jsonb not null,
    version integer not null
);
comment on column staging.subscriber.client_plan_id is 'Null: the external_id is none of ours.';
comment on column staging.subscriber.services is 'Uids of the live ones, in order.';
comment on column staging.subscriber.devices is 'By MAC: device_type_uid, serial, label.';

create unlogged table staging.desired_subscriber (
    client_plan_id bigint not null,
    first_name text,
    last_name text,
    status text not null,
    because text not null,
    services text[] not null,
    surplus_services text[] not null,
    devices jsonb not null,
    recorded_uid text,
    has_pin boolean not null,
    needs_attention boolean generated always as (
        status <> 'INACTIVE' and (recorded_uid is null or not has_pin or surplus_services <> '{}')
    ) stored
);
comment on column staging.desired_subscriber.needs_attention is 'Whatever the platform says of it.';
comment on column staging.desired_subscriber.first_name is 'Null: unknown, so the platform''s stays.';
comment on column staging.desired_subscriber.because is 'Why the status is as it is.';
comment on column staging.desired_subscriber.surplus_services is 'Sold, but a subscriber has one basic service only.';

-- What it takes to make the staged subscribers the desired ones, in order within a client plan. Subscribers that are
-- nobody's come out with the action null. `refusal` says why an operation is not even tried.
-- A basic service is replaced by putting another, so it is ended only where none takes its place.
create function reconciliation.difference(only_client_plan_id bigint)
returns table (
    client_plan_id bigint,
    number smallint,
    action text,
    subscriber_uid text,
    external_id text,
    expected_version integer,
    target text,
    before jsonb,
    after jsonb,
    reason text,
    refusal text
)
language sql stable
as $$
    with pair as (
        select
            actual.uid,
            actual.external_id,
            actual.version,
            actual.status as status_before,
            desired.client_plan_id,
            desired.status,
            desired.because,
            desired.surplus_services,
            coalesce(actual.services, '{}') as services_before,
            desired.services,
            coalesce(actual.devices, '{}') as devices_before,
            desired.devices,
            actual.first_name as first_name_before,
            actual.last_name as last_name_before,
            coalesce(desired.first_name, actual.first_name) as first_name,
            coalesce(desired.last_name, actual.last_name) as last_name,
            desired.status <> 'INACTIVE'
            and actual.uid is not null
            and (actual.uid is distinct from desired.recorded_uid or not desired.has_pin) as pin_unknown
        from (
            select * from staging.desired_subscriber as d
            where only_client_plan_id is null or d.client_plan_id = only_client_plan_id
        ) as desired
        full join (
            select * from staging.subscriber as s
            where only_client_plan_id is null or s.client_plan_id = only_client_plan_id
        ) as actual on desired.client_plan_id = actual.client_plan_id
        where
            desired.client_plan_id is null
            or (actual.uid is null and desired.status <> 'INACTIVE')
            or actual.status <> desired.status
            or actual.first_name <> desired.first_name
            or actual.last_name <> desired.last_name
            or actual.services <> desired.services
            or actual.devices <> desired.devices
            or actual.uid <> desired.recorded_uid
            or desired.needs_attention
    ),

    ours as (
        select pair.* from pair
        where pair.client_plan_id is not null
    ),

    service as (
        select
            ours.client_plan_id,
            sold.uid as sold_uid,
            live.uid as live_uid,
            coalesce(package.service_type = 'BASIC_SERVICE', false) as basic,
            coalesce(package.active, false) as active,
            -- Whether a basic service is sold, which takes the place of one that is live.
            coalesce(bool_or(package.service_type = 'BASIC_SERVICE' and sold.uid is not null)
                over (partition by ours.client_plan_id), false) as replaced
        from ours
        cross join lateral (
            select
                s.uid as sold_uid,
                l.uid as live_uid
            from unnest(ours.services) as s (uid)
            full join unnest(ours.services_before) as l (uid) on s.uid = l.uid
        ) as both_sides
        cross join lateral (select both_sides.sold_uid as uid) as sold
        cross join lateral (select both_sides.live_uid as uid) as live
        left join tv.package as package on coalesce(both_sides.sold_uid, both_sides.live_uid) = package.platform_uid
    ),

    step as (
        select
            ours.client_plan_id,
            case
                when ours.uid is null then 10
                when ours.status = ours.status_before or ours.status = 'ACTIVE' then 10
                when ours.status = 'SUSPENDED' and ours.status_before = 'INACTIVE' then 10
                else 90
            end as place,
            case
                when ours.uid is null then 'create'
                when ours.status = ours.status_before then 'update'
                when ours.status = 'INACTIVE' then 'deactivate'
                when ours.status = 'SUSPENDED' then 'suspend'
                else 'resume'
            end as action,
            cast(null as text) as target,
            case
                when ours.uid is not null
                    then jsonb_build_object(
                        'first_name', ours.first_name_before,
                        'last_name', ours.last_name_before,
                        'status', ours.status_before
                    )
            end as before,
            jsonb_build_object(
                'first_name', ours.first_name, 'last_name', ours.last_name, 'status', ours.status
            ) as after,
            case
                when ours.uid is null then 'sold, but not on the platform'
                when ours.status = ours.status_before then 'the name differs'
                else ours.because
            end as reason,
            case when ours.uid is null and ours.first_name is null then 'the ERP has no client of this contract' end
                as refusal
        from ours
        where
            (ours.uid is null and ours.status <> 'INACTIVE')
            or ours.status <> ours.status_before
            or ours.first_name <> ours.first_name_before
            or ours.last_name <> ours.last_name_before
        union all
        select
            ours.client_plan_id,
            15,
            'recover_pin',
            null,
            null,
            null,
            'its PIN is not known here',
            null
        from ours
        where ours.pin_unknown
        union all
        select
            service.client_plan_id,
            case when service.live_uid is null then 30 else 20 end + case when service.basic then 0 else 5 end
            + case when service.sold_uid is null and service.basic then 30 else 0 end,
            case when service.live_uid is null then 'add_service' else 'end_service' end,
            coalesce(service.sold_uid, service.live_uid),
            case when service.live_uid is not null then jsonb_build_object('service_uid', service.live_uid) end,
            case when service.sold_uid is not null then jsonb_build_object('service_uid', service.sold_uid) end,
            case when service.live_uid is null then 'sold, but not live' else 'live, but not sold' end,
            case when service.live_uid is null and not service.active then 'the platform has deactivated it' end
        from service
        where
            service.live_uid is null
            or (
                service.sold_uid is null
                and not (service.basic and service.replaced)
            )
        union all
        select
            ours.client_plan_id,
            36,
            'add_service',
            surplus.uid,
            null,
            jsonb_build_object('service_uid', surplus.uid),
            'sold, but not live',
            'a subscriber has one basic service only'
        from ours
        cross join lateral unnest(ours.surplus_services) as surplus (uid)
        where ours.status <> 'INACTIVE'
        union all
        select
            ours.client_plan_id,
            case when sold.mac is null then 1 when live.mac is null then 60 else 61 end,
            case when sold.mac is null then 'remove_device' when live.mac is null then 'add_device' else 'edit_device' end,
            coalesce(sold.mac, live.mac),
            live.device,
            sold.device,
            case
                when sold.mac is null then 'on the platform, but no point of the client'
                when live.mac is null then 'a point of the client, but not on the platform'
                else 'what is written of it differs'
            end,
            null
        from ours
        cross join lateral (
            select
                s.key as sold_mac,
                s.value as sold_device,
                l.key as live_mac,
                l.value as live_device
            from jsonb_each(ours.devices) as s
            full join jsonb_each(ours.devices_before) as l on s.key = l.key
            where s.value is distinct from l.value
        ) as both_sides
        cross join lateral (select both_sides.sold_mac as mac, both_sides.sold_device as device) as sold
        cross join lateral (select both_sides.live_mac as mac, both_sides.live_device as device) as live
    )

    select
        ours.client_plan_id,
        cast(row_number() over (partition by ours.client_plan_id order by step.place, step.target) as smallint),
        step.action,
        ours.uid,
        ours.external_id,
        ours.version,
        step.target,
        step.before,
        step.after,
        step.reason,
        step.refusal
    from step
    inner join ours on step.client_plan_id = ours.client_plan_id
    union all
    select
        null,
        null,
        null,
        pair.uid,
        pair.external_id,
        pair.version,
        null,
        null,
        null,
        null,
        null
    from pair
    where pair.client_plan_id is null
$$;
