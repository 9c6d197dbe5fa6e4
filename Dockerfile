# The official image with what this project runs, by the lock, in which Airflow's version is that of the image.
FROM apache/airflow:3.3.2 AS airflow
COPY requirements.txt /requirements.txt
# The folder is made as the image's user, so that the volume which is laid over it can be written.
RUN pip install --no-cache-dir --require-hashes --requirement /requirements.txt \
    && mkdir --parents /opt/airflow/data

# With the code in it, so that all containers run the same; docker-compose.dev.yml lays the folders over it instead.
FROM airflow AS multitv
COPY --chown=50000:0 dags /opt/airflow/dags
COPY --chown=50000:0 plugins /opt/airflow/plugins
COPY --chown=50000:0 include /opt/airflow/include

# For backups: with the programs of the server's PostgreSQL, from its own packages.
FROM multitv AS backup
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && install --directory --owner=airflow --group=root --mode=0770 /opt/airflow/backups
USER airflow
