-- What a reconciliation writes down is a change set ("plan" had four meanings); what disagrees in reais is a
-- discrepancy ("drift" also named a concurrent change).
alter table reconciliation.plan rename to change_set;
alter table reconciliation.drift rename to discrepancy;
alter table reconciliation.drift_measured rename to discrepancy_measured;
alter table dashboard.drift rename to discrepancy;

alter table reconciliation.operation rename column plan_id to change_set_id;
alter table reconciliation.unmanaged rename column plan_id to change_set_id;
alter table reconciliation.difference rename column plan_id to change_set_id;
alter table reconciliation.discrepancy rename column plan_id to change_set_id;
alter table reconciliation.discrepancy_measured rename column plan_id to change_set_id;

alter sequence reconciliation.plan_id_seq rename to change_set_id_seq;
alter index reconciliation.difference_plan rename to difference_change_set;
alter index reconciliation.drift_page rename to discrepancy_page;

alter table dashboard.discrepancy rename constraint drift_pkey to discrepancy_pkey;
alter table dashboard.discrepancy rename constraint drift_kind_check to discrepancy_kind_check;
alter table dashboard.discrepancy rename constraint drift_amount_not_null to discrepancy_amount_not_null;
alter table dashboard.discrepancy rename constraint drift_client_plans_not_null to discrepancy_client_plans_not_null;
alter table dashboard.discrepancy rename constraint drift_kind_not_null to discrepancy_kind_not_null;
alter table reconciliation.difference rename constraint difference_plan_id_fkey to difference_change_set_id_fkey;
alter table reconciliation.difference
rename constraint difference_plan_id_not_null to difference_change_set_id_not_null;
alter table reconciliation.discrepancy rename constraint drift_pkey to discrepancy_pkey;
alter table reconciliation.discrepancy rename constraint drift_amount_check to discrepancy_amount_check;
alter table reconciliation.discrepancy rename constraint drift_kind_check to discrepancy_kind_check;
alter table reconciliation.discrepancy rename constraint drift_amount_not_null to discrepancy_amount_not_null;
alter table reconciliation.discrepancy
rename constraint drift_client_plan_id_not_null to discrepancy_client_plan_id_not_null;
alter table reconciliation.discrepancy rename constraint drift_kind_not_null to discrepancy_kind_not_null;
alter table reconciliation.discrepancy rename constraint drift_package_id_not_null to discrepancy_package_id_not_null;
alter table reconciliation.discrepancy rename constraint drift_plan_id_not_null to discrepancy_change_set_id_not_null;
alter table reconciliation.discrepancy rename constraint drift_reason_not_null to discrepancy_reason_not_null;
alter table reconciliation.discrepancy_measured rename constraint drift_measured_pkey to discrepancy_measured_pkey;
alter table reconciliation.discrepancy_measured
rename constraint drift_measured_plan_id_fkey to discrepancy_measured_change_set_id_fkey;
alter table reconciliation.discrepancy_measured
rename constraint drift_measured_measured_at_not_null to discrepancy_measured_measured_at_not_null;
alter table reconciliation.discrepancy_measured
rename constraint drift_measured_plan_id_not_null to discrepancy_measured_change_set_id_not_null;
alter table reconciliation.discrepancy_measured
rename constraint drift_measured_seen_at_not_null to discrepancy_measured_seen_at_not_null;
alter table reconciliation.operation rename constraint operation_plan_id_fkey to operation_change_set_id_fkey;
alter table reconciliation.operation rename constraint operation_plan_id_not_null to operation_change_set_id_not_null;
alter table reconciliation.change_set rename constraint plan_pkey to change_set_pkey;
alter table reconciliation.change_set
rename constraint plan_second_snapshot_id_fkey to change_set_second_snapshot_id_fkey;
alter table reconciliation.change_set rename constraint plan_snapshot_id_fkey to change_set_snapshot_id_fkey;
alter table reconciliation.change_set rename constraint plan_check to change_set_check;
alter table reconciliation.change_set rename constraint plan_check1 to change_set_check1;
alter table reconciliation.change_set rename constraint plan_status_check to change_set_status_check;
alter table reconciliation.change_set rename constraint plan_client_plans_not_null to change_set_client_plans_not_null;
alter table reconciliation.change_set rename constraint plan_concerns_not_null to change_set_concerns_not_null;
alter table reconciliation.change_set rename constraint plan_created_at_not_null to change_set_created_at_not_null;
alter table reconciliation.change_set rename constraint plan_desired_not_null to change_set_desired_not_null;
alter table reconciliation.change_set rename constraint plan_id_not_null to change_set_id_not_null;
alter table reconciliation.change_set rename constraint plan_managed_not_null to change_set_managed_not_null;
alter table reconciliation.change_set rename constraint plan_operations_not_null to change_set_operations_not_null;
alter table reconciliation.change_set rename constraint plan_provisioned_not_null to change_set_provisioned_not_null;
alter table reconciliation.change_set rename constraint plan_removals_not_null to change_set_removals_not_null;
alter table reconciliation.change_set
rename constraint plan_snapshot_hash_not_null to change_set_snapshot_hash_not_null;
alter table reconciliation.change_set rename constraint plan_snapshot_id_not_null to change_set_snapshot_id_not_null;
alter table reconciliation.change_set rename constraint plan_status_not_null to change_set_status_not_null;
alter table reconciliation.change_set rename constraint plan_today_not_null to change_set_today_not_null;
alter table reconciliation.change_set rename constraint plan_unmanaged_not_null to change_set_unmanaged_not_null;
alter table reconciliation.unmanaged rename constraint unmanaged_plan_id_fkey to unmanaged_change_set_id_fkey;
alter table reconciliation.unmanaged rename constraint unmanaged_plan_id_not_null to unmanaged_change_set_id_not_null;

comment on column reconciliation.change_set.client_plans is 'Client plans that the change set changes.';
comment on table reconciliation.difference is 'What a second snapshot still lacks after a change set was applied.';
comment on table reconciliation.discrepancy is
'Extras whose sale, service and charge disagree. Of the last full change set only.';
comment on table reconciliation.discrepancy_measured is
'One row: of which change set the discrepancies are. None: they were never measured.';
comment on table dashboard.discrepancy is
'A row a kind, also where nothing disagrees; empty if it was never measured.';
comment on column dashboard.operation.operations is
'An operation that is computed again on the same day counts once.';

update dashboard.refresh
set figure = 'discrepancy'
where figure = 'drift';
