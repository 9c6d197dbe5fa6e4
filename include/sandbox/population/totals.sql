-- Out: the number of rows of each table of the population.
select
    (select count(*) from erp.client) as clients,
    (select count(*) from erp.client_plan) as client_plans,
    (select count(*) from tv.client_package) as client_packages,
    (select count(*) from tv.client_point) as client_points,
    (select count(*) from erp.service_plan) + (select count(*) from tv.service_plan_setting) as service_plans
