"""Backups of the ISP's database and of Airflow's: made, kept, verified and restored. Needs no Airflow that runs."""
