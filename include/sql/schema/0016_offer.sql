-- How the ISP offers a package (extra, price, point limit) is audited as what people change of contracts and plans is,
-- and so is who looked at a PIN: the row is written before anybody sees it, and never again.
alter table tv.contract_change
add column package_id bigint references tv.package,
drop constraint contract_change_action_check,
add constraint contract_change_action_check check (
    action in (
        'add_package', 'cancel_package', 'delete_package',
        'add_point', 'edit_point', 'remove_point', 'swap_point',
        'change_default_package', 'set_allows_tv', 'change_offer'
    )
),
drop constraint contract_change_check,
add constraint contract_change_of_one check (num_nonnulls(client_plan_id, service_plan_id, package_id) = 1);
create index contract_change_package on tv.contract_change (package_id, id) where package_id is not null;
comment on column tv.contract_change.package_id is 'Of change_offer: the package itself. Null: of a plan.';

create table tv.pin_reveal (
    id bigint generated always as identity primary key,
    revealed_at timestamptz not null default clock_timestamp(),
    author text not null check (btrim(author) <> ''),
    client_plan_id bigint not null
);
create index pin_reveal_client_plan on tv.pin_reveal (client_plan_id, id);
comment on table tv.pin_reveal is 'Who was shown the PIN of a client plan, and when. Never the PIN.';

create trigger pin_reveal_immutable before update or delete on tv.pin_reveal
for each row execute function tv.refuse_change();
create trigger pin_reveal_never_truncated before truncate on tv.pin_reveal
for each statement execute function tv.refuse_change();
