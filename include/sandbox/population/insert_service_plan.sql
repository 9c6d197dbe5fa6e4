-- In: id, name, monthly_price. Inserts a service plan of the ERP.
insert into erp.service_plan (id, name, monthly_price)
values (:id, :name, :monthly_price)
