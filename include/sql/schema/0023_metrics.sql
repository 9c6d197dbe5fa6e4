-- What Prometheus is told: the requests to the platform, which only tasks know, and the way to the last full runs.
create table reports.platform_request (
    code text not null,
    bound double precision not null,
    requests bigint not null,
    seconds double precision not null,
    primary key (code, bound)
);
comment on table reports.platform_request is
'All requests of tasks to the platform, added up when a task has done with it. The numbers only grow.';
comment on column reports.platform_request.code is
'The HTTP status of the answer, or its hundred, as in 4xx; none: there was no whole answer.';
comment on column reports.platform_request.bound is
'The upper end of the class of duration, in seconds; the lower end is the bound before.';
comment on column reports.platform_request.seconds is 'How long these requests took in all.';

-- Between two full ones there may be thousands of event-driven runs.
create index snapshot_full on reconciliation.snapshot (id)
where lane = 'full' and only_client_plan_id is null and subscribers is not null;
create index change_set_full on reconciliation.change_set (id)
where lane = 'full' and only_client_plan_id is null;
