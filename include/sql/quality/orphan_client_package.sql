-- Out: each live client package whose client plan the ERP does not have: it is on no list.
select
    'client package ' || sold.id || ' is of client plan ' || sold.client_plan_id || ', which does not exist'
        as offender
from tv.client_package as sold
where
    sold.cancelled_on is null
    and not exists (
        select 1
        from erp.client_plan as plan
        where plan.id = sold.client_plan_id
    )
