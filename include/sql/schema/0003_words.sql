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

update reconciliation.operation set reason = word.code
from word
where operation.reason = word.reason;

update staging.desired_subscriber as desired set because = word.code
from word
where desired.because = word.reason;

comment on column reconciliation.operation.reason is 'A code.';
comment on column staging.desired_subscriber.because is 'The code of why the status is as it is.';

alter table reconciliation.operation add column outcome_code text;
update reconciliation.operation set outcome_code = 'see_detail'
where operation.outcome is not null;
alter table reconciliation.operation
drop constraint operation_check2,
add check (status <> 'rejected' or outcome_code is not null);
comment on column reconciliation.operation.outcome_code is 'Why it was rejected, or what was noticed.';
comment on column reconciliation.operation.outcome is 'What the platform or its client said, for engineers.';

alter table reconciliation.difference add column rejected_detail text;
update reconciliation.difference set rejected_because = 'see_detail', rejected_detail = difference.rejected_because
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
