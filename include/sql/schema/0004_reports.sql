-- What the room reports writes is in a schema of its name: the dashboard's figures and the discrepancies.
alter schema dashboard rename to reports;

-- The totals take another name, because the discrepancies that they sum come into the same schema.
alter table reports.discrepancy rename to discrepancy_total;
alter table reports.discrepancy_total rename constraint discrepancy_pkey to discrepancy_total_pkey;
alter table reports.discrepancy_total rename constraint discrepancy_kind_check to discrepancy_total_kind_check;
update reports.refresh set figure = 'discrepancy_total'
where refresh.figure = 'discrepancy';

alter table reconciliation.discrepancy set schema reports;
alter table reconciliation.discrepancy_measured set schema reports;
