-- Statistics of what was just loaded, so that the first run of anything is planned as well as the later ones.
analyze erp.client, erp.service_plan, erp.client_plan,
tv.package, tv.service_plan_setting, tv.client_package, tv.client_point
