-- In: id, name, monthly_price. Adds a service plan to the ERP.
insert into erp.service_plan (id, name, monthly_price)
values (:id, :name, :monthly_price)
