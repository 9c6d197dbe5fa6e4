# Airflow and the providers that docker-compose.yml needs of the official image, in its folders and for its user.
FROM multitv-standin-base
RUN useradd --uid 50000 --gid 0 --create-home airflow && mkdir --parents /opt/airflow/logs && chown --recursive airflow:0 /opt/airflow
COPY airflow.sh /entrypoint
USER 50000:0
ENV AIRFLOW_HOME=/opt/airflow PATH=/home/airflow/.local/bin:$PATH
# The official image follows a list of tested versions, which has no Celery that the provider cannot import. Its pip is
# newer than Debian's, which refuses a lock with hashes in which something wants a package with an extra.
RUN python3 -m venv /home/airflow/.local && pip install --no-cache-dir --upgrade pip \
    && pip install --no-cache-dir apache-airflow==3.3.2 \
    apache-airflow-providers-celery "celery<5.7" apache-airflow-providers-fab apache-airflow-providers-postgres psycopg2-binary
WORKDIR /opt/airflow
ENTRYPOINT ["/usr/bin/dumb-init", "--", "/entrypoint"]
