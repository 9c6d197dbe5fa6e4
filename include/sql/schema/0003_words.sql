-- Reasons become codes with parameters, whose words are in labels.py. What was kept as text only becomes the code
-- see_detail, beside the text.

-- Operations on the platform: `reason` is a code; an outcome is a code, and what the platform said of it.
create temporary table word on commit drop as
select *
from (
    values
    ('sold, but not on the platform', 'subscriber_is_missing'),
    ('the name differs', 'name_differs'),
    ('the contract is active', 'contract_is_active'),
    ('the contract is suspended', 'contract_is_suspended'),
    ('the contract is cancelled', 'contract_is_cancelled'),
    ('the plan has no TV any more', 'plan_lost_tv'),
    ('its PIN is not known here', 'pin_is_unknown'),
    ('sold, but not live', 'service_is_missing'),
    ('live, but not sold', 'service_is_not_sold'),
    ('a point of the client, but not on the platform', 'device_is_missing'),
    ('on the platform, but no point of the client', 'device_is_no_point'),
    ('what is written of it differs', 'device_differs')
) as known (reason, code);

update staging.desired_subscriber as desired set because = word.code
from word
where desired.because = word.reason;

comment on column reconciliation.operation.reason is 'A code.';
comment on column staging.desired_subscriber.because is 'The code of why the status is as it is.';

-- An outcome that was one of our sentences becomes its code, and a refusal the code that the platform gave.
create temporary table known on commit drop as
select *
from (
    values
    ('the ERP knows no name of this client', 'client_without_name'),
    ('the platform has deactivated it', 'service_is_inactive'),
    ('a subscriber has one basic service only', 'second_basic_service'),
    (
        'NOT_APPROVED: it was not in the change set that was approved, so it is left for the next run',
        'removal_not_approved'
    ),
    ('NOT_CREATED: the subscriber could not be created', 'subscriber_not_created'),
    ('recomputed', 'recomputed'),
    ('it had ended already', 'ended_before'),
    ('it was gone already', 'removed_before')
) as known (outcome, code);

create function pg_temp.outcome_code(text) returns text language sql stable as $$
    select
        case
            when $1 is null then null
            when known.code is not null then known.code
            when $1 like '%: somebody else keeps changing this subscriber%' then 'keeps_changing'
            when $1 like 'PIN_UNKNOWN: %' then 'pin_not_received'
            when
                split_part($1, ': ', 1) in (
                    'VALIDATION_ERROR', 'INVALID_MAC', 'SUBSCRIBER_NOT_FOUND', 'SERVICE_NOT_FOUND', 'DEVICE_NOT_FOUND',
                    'SUBSCRIBER_EXISTS', 'DEVICE_ASSIGNED_ELSEWHERE', 'DEVICE_LIMIT_EXCEEDED',
                    'BASIC_SERVICE_REQUIRED', 'IDEMPOTENCY_MISMATCH', 'VERSION_CONFLICT'
                )
                then lower(split_part($1, ': ', 1))
            else 'see_detail'
        end
    from (select 1) as one
    left join known on known.outcome = $1
$$;

alter table reconciliation.operation add column outcome_code text;
update reconciliation.operation
set
    reason = coalesce(
        (
            select word.code
            from word
            where word.reason = operation.reason
        ), operation.reason
    ),
    outcome_code = pg_temp.outcome_code(operation.outcome),
    outcome = case when operation.outcome in (select known.outcome from known) then null else operation.outcome end;
alter table reconciliation.operation
drop constraint operation_check2,
add check (status <> 'rejected' or outcome_code is not null);
comment on column reconciliation.operation.outcome_code is 'Why it was rejected, or what was noticed.';
comment on column reconciliation.operation.outcome is 'What the platform or its client said, for engineers.';

alter table reconciliation.difference add column rejected_detail text;
update reconciliation.difference
set
    rejected_because = pg_temp.outcome_code(difference.rejected_because),
    rejected_detail = difference.rejected_because
where difference.rejected_because is not null;
comment on column reconciliation.difference.rejected_because is
'The outcome_code of the operation that explains it. Null: nothing does.';
comment on column reconciliation.difference.rejected_detail is 'The outcome of that operation.';

-- Why a person is asked about a change set: [{"code": "...", "parameters": {...}}].
alter table reconciliation.change_set add column reasons jsonb not null default '[]';
update reconciliation.change_set
set
    reasons = (
        select jsonb_agg(jsonb_build_object('code', 'see_detail', 'parameters', jsonb_build_object('text', concern)))
        from unnest(change_set.concerns) as concern
    )
where change_set.concerns <> '{}';
alter table reconciliation.change_set drop column concerns;
alter table reconciliation.change_set rename column reasons to concerns;
comment on column reconciliation.change_set.concerns is
'Why a person is asked before it is applied: codes with their parameters. Empty: nobody is.';

-- Everything that is wrong with a row of the platform's catalogue, in the same form.
alter table tv.quarantine add column reasons jsonb;
update tv.quarantine
set
    reasons = jsonb_build_array(
        jsonb_build_object('code', 'see_detail', 'parameters', jsonb_build_object('text', quarantine.reason))
    );
alter table tv.quarantine alter column reasons set not null, drop column reason;
comment on column tv.quarantine.reasons is 'Everything that is wrong with it: codes with their parameters.';

alter table billing.run add column reason_code text;
update billing.run set reason_code = 'see_detail'
where run.reason is not null;
comment on column billing.run.reason_code is
'Why it failed. Null: a billing of the ERP''s own, whose cause is in reason.';
comment on column billing.run.reason is 'The message of the error, for engineers.';

drop function pg_temp.outcome_code(text);
