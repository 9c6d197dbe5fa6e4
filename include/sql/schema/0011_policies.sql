-- Policies that are valid from a month on, and what they say of differences and of open months.
alter table billing.policy
add column rounding text not null default 'down' check (rounding in ('half_up', 'down')),
add column adjusts boolean not null default false,
add column bills_open_months boolean not null default false,
add column valid_from date not null default '-infinity'
check (valid_from = '-infinity' or extract(day from valid_from) = 1);
-- Those that round at all rounded half up. The triggers refuse every change of a policy.
alter table billing.policy disable trigger user;
update billing.policy set rounding = 'half_up'
where policy.proration = 'daily';
alter table billing.policy enable trigger user;
comment on table billing.policy is 'Append-only. Of the rows that are valid in a month, the newest is in force for it.';
comment on column billing.policy.rounding is 'Of the sum of a month. down: the fraction of a centavo is cut.';
comment on column billing.policy.adjusts is
'Whether a difference between what a month owes and what was charged is charged or credited, or only listed.';
comment on column billing.policy.bills_open_months is
'Whether a month that is owed and was never charged is billed with the next due date, or only named.';
comment on column billing.policy.valid_from is 'The first day of the first month. -infinity: of every month.';

-- What a client package costs for some time, whatever its own price and that of its package are.
create table tv.promotion (
    id bigint generated always as identity primary key,
    client_package_id bigint not null,
    price numeric(12, 2) not null check (price >= 0),
    since date not null,
    until date not null,
    check (since < until),
    constraint promotion_once_a_day exclude using gist (
        int8range(client_package_id, client_package_id, '[]') with &&, daterange(since, until) with &&
    )
);
comment on table tv.promotion is 'What a client package costs on the days [since, until). 0.00: free.';
