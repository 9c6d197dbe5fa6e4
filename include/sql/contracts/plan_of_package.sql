-- In: id of a client package. Out: its client plan, which never changes, so it can be locked before the row is read.
select sold.client_plan_id
from tv.client_package as sold
where sold.id = :id
