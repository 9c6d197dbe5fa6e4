"""The screens of the manual and the JSON API, inside Airflow's api-server. Knows all rooms; none knows it."""
