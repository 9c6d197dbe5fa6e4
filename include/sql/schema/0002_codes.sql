-- The reasons of exclusion as a table, and codes with parameters where sentences were stored.

-- A new reason takes a migration that adds its row here and replaces the check of billing.exclusion.reason; the SQL
-- that yields it; and its label. No foreign key points here, because a run inserts a million exclusions.
create table billing.exclusion_reason (
    code text primary key,
    is_bad_data boolean not null,
    at_settlement text not null check (at_settlement in ('void', 'keep')),
    if_served text not null check (if_served in ('fine', 'discrepancy', 'discrepancy_unless_in_force'))
);
comment on table billing.exclusion_reason is
'Why a client package is not charged, and what follows from it. The check of billing.exclusion has the same codes.';
comment on column billing.exclusion_reason.code is 'Its Portuguese words are in plugins/multitv/labels.py.';
comment on column billing.exclusion_reason.is_bad_data is
'Parked: an error of the data, which the check of the books names until a person corrects it.';
comment on column billing.exclusion_reason.at_settlement is
'What settlement does with a pending charge that has this reason by now: void it, or keep it as it was saved.';
comment on column billing.exclusion_reason.if_served is
'What revenue assurance makes of an extra that the platform serves and that was not charged for this reason. '
'discrepancy_unless_in_force: none once the contract is in force again, because the next due date charges it.';

insert into billing.exclusion_reason (code, is_bad_data, at_settlement, if_served)
values
('client_plan_cancelled', false, 'void', 'discrepancy_unless_in_force'),
('client_plan_suspended', false, 'void', 'discrepancy_unless_in_force'),
('client_plan_not_active_yet', false, 'void', 'discrepancy_unless_in_force'),
('plan_without_tv', false, 'void', 'discrepancy_unless_in_force'),
('package_not_extra', false, 'void', 'discrepancy'),
('package_inactive', false, 'void', 'discrepancy'),
('not_added_yet', false, 'void', 'fine'),
('package_cancelled', false, 'void', 'fine'),
('no_price', false, 'keep', 'discrepancy'),
('free', false, 'keep', 'fine'),
('below_minimum', false, 'keep', 'fine'),
('already_billed', false, 'void', 'fine'),
('corrected', false, 'void', 'fine'),
('not_due', false, 'void', 'discrepancy'),
('negative_price', true, 'void', 'discrepancy'),
('listed_twice', true, 'void', 'discrepancy');
analyze billing.exclusion_reason;

comment on column billing.exclusion.reason is 'A code of billing.exclusion_reason, held by the check.';

-- The next reconciliation measures the discrepancies anew.
delete from dashboard.discrepancy;
delete from reconciliation.discrepancy_measured;
delete from reconciliation.discrepancy;
alter table reconciliation.discrepancy
add column parameters jsonb not null default '{}' check (jsonb_typeof(parameters) = 'object');
comment on column reconciliation.discrepancy.reason is 'A code; its Portuguese words are in plugins/multitv/labels.py.';
comment on column reconciliation.discrepancy.parameters is 'What the words of the reason show.';

-- A person presses Carregar again.
delete from billing.preview;
alter table billing.preview
drop column concerns,
add column concerns jsonb not null check (jsonb_typeof(concerns) = 'array');
comment on column billing.preview.concerns is
'What is unusual about the list, each as {code, parameters}; the Portuguese words are in plugins/multitv/labels.py.';

-- What was decided keeps the sentences that it was decided by. The triggers refuse every change of a review.
alter table billing.review disable trigger user;
alter table billing.review add column coded jsonb not null default '[]' check (jsonb_typeof(coded) = 'array');
update billing.review
set
    coded = (
        select
            jsonb_agg(
                jsonb_build_object('code', 'as_written', 'parameters', jsonb_build_object('text', concern.text))
                order by concern.number
            )
        from unnest(review.concerns) with ordinality as concern (text, number)
    )
where cardinality(review.concerns) > 0;
alter table billing.review drop column concerns, alter column coded drop default;
alter table billing.review rename column coded to concerns;
alter table billing.review enable trigger user;
comment on column billing.review.concerns is 'As in billing.preview. as_written: a sentence as it was shown.';

-- Their files are gone, or have another signature.
drop function if exists billing.explanation(bigint);
drop function if exists billing.told(billing.event_record);
drop function if exists billing.reais(numeric);
drop function if exists billing.judged(date);
drop function if exists billing.take_in(regclass, date, regclass);
drop function if exists billing.take_in_preview(bigint);
