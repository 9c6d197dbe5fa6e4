-- Out: how many clients the ERP has.
select count(*) as number from erp.client
