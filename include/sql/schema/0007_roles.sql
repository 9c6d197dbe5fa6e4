-- An audit row knows the transaction that wrote it, so that a change can be held to have one.
alter table tv.contract_change add column transaction xid8 not null default '0';
alter table tv.contract_change alter column transaction set default pg_current_xact_id();
create index contract_change_transaction on tv.contract_change (transaction);
comment on column tv.contract_change.transaction is 'The transaction of the change. 0: of a time when it was not kept.';
