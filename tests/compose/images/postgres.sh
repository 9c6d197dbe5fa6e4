#!/bin/bash
# What the official image does at its first start, as far as docker-compose.yml asks for it.
set -euo pipefail
if [[ ! -s "$PGDATA/PG_VERSION" ]]; then
    mkdir --parents "$PGDATA"
    initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    pg_ctl --wait --options="-c listen_addresses='' -c unix_socket_directories=/tmp" start
    if [[ "$POSTGRES_DB" != postgres ]]; then
        psql --host=/tmp --username="$POSTGRES_USER" --dbname=postgres --command="create database \"$POSTGRES_DB\""
    fi
    pg_ctl --wait stop
fi
exec "$@" -c listen_addresses='*' -c unix_socket_directories=/tmp
