-- What a person, or a rule, has let pass: a list is saved only as it was reviewed.
create table billing.review (
    id bigint generated always as identity primary key,
    due_date date not null,
    digest text not null,
    candidates bigint not null,
    charges bigint not null,
    amount numeric(14, 2) not null,
    last_charges bigint,
    last_amount numeric(14, 2),
    concerns text[] not null,
    decision text check (decision in ('approved', 'rejected')),
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz not null default now(),
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null))
);
comment on column billing.review.digest is 'Of the whole list: what was reviewed and what is saved have the same.';
comment on column billing.review.last_charges is 'Of the same due day in the month before. Null: it was not billed.';
comment on column billing.review.decided_by is 'A person, or the rule that asked nobody.';
create index review_due_date on billing.review (due_date, id);

create function billing.refuse_second_decision() returns trigger language plpgsql as $$
begin
    if old.decision is null and to_jsonb(new) - array['decision', 'decided_by', 'decided_at']
    = to_jsonb(old) - array['decision', 'decided_by', 'decided_at'] then
        return new;
    end if;
    raise exception 'billing.review is append-only: what was decided stays' using errcode = 'restrict_violation';
end
$$;
create trigger review_decided_once before update on billing.review
for each row execute function billing.refuse_second_decision();
create trigger review_never_deleted before delete on billing.review
for each row execute function billing.refuse_change();
create trigger review_never_truncated before truncate on billing.review
for each statement execute function billing.refuse_change();

-- What the named checks found, for whoever has to repair it. A check that finds nothing empties its rows.
create schema quality;

create table quality.offender (
    check_name text not null,
    due_date date,
    offender text not null,
    found_at timestamptz not null default now()
);
create index offender_check on quality.offender (check_name, due_date);
comment on column quality.offender.due_date is 'Null: of a check that concerns no due date.';
