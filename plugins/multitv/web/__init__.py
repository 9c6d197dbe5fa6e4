"""The screens of the manual and the JSON API, inside Airflow's api-server. Imports all rooms; none imports it."""
