#!/bin/bash
# Starts a command with what is ours of the secrets that are files: NAME gets what the file of NAME_FILE holds.
# Airflow reads its own from files by itself (AIRFLOW__..._CMD). An empty file sets nothing.
set -euo pipefail
# Of the last start; include/container/check.py counts them.
rm --force /tmp/failed-health-checks
for variable in $(compgen -e); do
    [[ $variable == @(AIRFLOW_CONN_*|MULTITV_*|SANDBOX_*|ISP_DB_URI|AIRFLOW_DB_URI|AIRFLOW__CORE__FERNET_KEY)_FILE ]] || continue
    file=${!variable}
    if [[ ! -r $file ]]; then
        echo "$variable: the file $file is missing, or may not be read by user $(id -u)." \
            "make .env writes the files of docker-compose.yml." >&2
        exit 78
    fi
    value=$(<"$file")
    unset "$variable"
    [[ -z $value ]] || export "${variable%_FILE}=$value"
done
exec "$@"
