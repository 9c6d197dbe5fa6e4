# The programs come from the wheel that `make run` uses.
FROM multitv-standin-base
COPY postgres /usr/local/pgsql
COPY postgres.sh /usr/local/bin/docker-entrypoint.sh
RUN (id postgres || useradd --system --home-dir /var/lib/postgresql postgres) \
    && mkdir --parents /var/lib/postgresql && chown postgres:postgres /var/lib/postgresql
ENV PATH=/usr/local/pgsql/bin:$PATH LD_LIBRARY_PATH=/usr/local/pgsql/lib PGDATA=/var/lib/postgresql/18/docker
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
STOPSIGNAL SIGINT
