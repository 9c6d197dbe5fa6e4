-- Updates the statistics of the loaded tables, so that first runs get query plans as good as later ones.
analyze erp.client, erp.service_plan, erp.client_plan,
tv.package, tv.service_plan_setting, tv.client_package, tv.client_point
