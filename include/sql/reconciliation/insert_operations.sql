-- In: change_set; the temporary table step. Inserts the operations, each with the idempotency key under which it will
-- be sent.
insert into reconciliation.operation (
    change_set_id,
    client_plan_id,
    number,
    action,
    subscriber_uid,
    expected_version,
    target,
    before,
    after,
    reason,
    status,
    outcome_code,
    done_at,
    client_id
)
select
    :change_set,
    step.client_plan_id,
    step.number,
    step.action,
    step.subscriber_uid,
    step.expected_version,
    step.target,
    -- The name that the platform is to forget is not kept here.
    case
        when
            step.client_id in (select erased.client_id from privacy.erased_client() as erased)
            or step.client_plan_id in (
                select held.client_plan_id
                from privacy.erased_client() as erased
                inner join history.client_plan as held on erased.client_id = held.client_id
            )
            then privacy.anonymous(step.before)
        else step.before
    end,
    step.after,
    step.reason,
    case when step.refusal is null then 'planned' else 'rejected' end,
    step.refusal,
    case when step.refusal is not null then now() end,
    step.client_id
from step
