#!/bin/bash
# As the official image: a command is one of Airflow, unless it is a shell's or Python's.
set -euo pipefail
case "${1:-}" in
    bash | python) exec "$@" ;;
    *) exec airflow "$@" ;;
esac
