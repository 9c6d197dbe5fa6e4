# The official image with what this project adds. Airflow's own version is said again, so that nothing here changes it.
FROM apache/airflow:3.3.2
COPY requirements.txt /requirements.txt
RUN pip install --no-cache-dir apache-airflow==3.3.2 --requirement /requirements.txt \
    # As the user of the image, so that the volume which is laid over it can be written.
    && mkdir --parents /opt/airflow/data
