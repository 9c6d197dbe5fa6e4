-- What was true since when, as our runs saw it: what the ERP says of a client plan and of a service plan's price, and
-- what the ISP set of its offer. A state counts on the days [since, until); the first one extends backwards. Written by
-- history.record only.
create schema history;

create table history.client_plan (
    client_plan_id bigint not null,
    client_id bigint,
    service_plan_id bigint,
    status text not null,
    due_day smallint,
    since date not null,
    until date not null default 'infinity',
    primary key (client_plan_id, since),
    check (since < until),
    -- Nobody looks further at a contract that is cancelled.
    check (status = 'cancelled' or num_nulls(client_id, service_plan_id, due_day) = 0)
);
comment on table history.client_plan is 'The states of each client plan in the ERP.';

-- Not versioned: when a contract began and ended counts as stated, whenever that is learned.
create table history.client_plan_term (
    client_plan_id bigint primary key,
    activated_on date,
    cancelled_on date,
    gone_since date
);
comment on table history.client_plan_term is 'When each client plan began and ended, as the ERP stated last.';
comment on column history.client_plan_term.gone_since is 'Since when the ERP does not show it any more. Null: it does.';

create table history.service_plan (
    service_plan_id bigint not null,
    monthly_price numeric(12, 2) not null,
    since date not null,
    until date not null default 'infinity',
    primary key (service_plan_id, since),
    check (since < until)
);
comment on table history.service_plan is 'The monthly prices of each service plan in the ERP.';

create table history.service_plan_setting (
    service_plan_id bigint not null,
    allows_tv boolean not null,
    package_id bigint,
    since date not null,
    until date not null default 'infinity',
    primary key (service_plan_id, since),
    check (since < until)
);
comment on table history.service_plan_setting is 'The TV tab of each service plan.';

create table history.package (
    package_id bigint not null,
    extra boolean not null,
    active boolean not null,
    price numeric(12, 2),
    since date not null,
    until date not null default 'infinity',
    primary key (package_id, since),
    check (since < until)
);
comment on table history.package is 'What each package is sold as.';

create table history.client_package (
    client_package_id bigint not null,
    price numeric(12, 2),
    since date not null,
    until date not null default 'infinity',
    primary key (client_package_id, since),
    check (since < until)
);
comment on table history.client_package is 'The own price of each client package. Null: the price of its package.';
