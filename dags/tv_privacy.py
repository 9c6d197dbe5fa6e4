"""
# Dados de um titular (LGPD): export or erase what is held about one client

Answers what a client may ask for by law. It is only started by hand, with a form; who triggers it is recorded.

    {"action": "export_client", "client_id": 1421}

* `export_client` writes one JSON file with everything that the ISP's database holds about the client into
  `MULTITV_PRIVACY_FOLDER`, `titular-<number>-<day>.json`, which only the user of the workers can read. Hand it over,
  then delete it.
* `check_erasure` changes nothing: it says whether the client could be erased, and what would be kept.
* `erase_client` deletes or makes anonymous name, document, devices, PINs and what repeats them. It cannot be undone.
  What the law wants kept stays, and the result names it.

The client is given by the number in the ERP. Never type a CPF or CNPJ: Airflow keeps what is typed into a form.
`python -m multitv.privacy find` looks the number up. `docs/privacy.md` says what is kept and why.

## Triage notes

* **PrivacyRefused:** the message says what has to be over first: a contract, a pending charge, an open question.
  Nothing was written; trigger a new run when it is.
* **NoPrivacyFolder:** set `MULTITV_PRIVACY_FOLDER` for the workers, then clear the task.
* **ErpEmpty:** the ERP shows no contract at all, so nobody can tell whether the client has one. Repair it first.
* **`save` was killed:** clear it. An erasure is one transaction, and an export replaces the file of the same day.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from multitv.dag_defaults import default_args
from multitv.database.engine import task_engine
from multitv.privacy.params import carry_out, privacy_form
from multitv.settings import get_settings

with DAG(
    "tv_privacy",
    dag_display_name="Dados de um titular (LGPD)",
    description="Exporta ou elimina o que é guardado sobre um cliente (LGPD)",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=4,
    default_args=default_args(),
    tags=["tv", "impacto:alto"],
    params=privacy_form(),
) as dag:

    @task(task_id="save", task_display_name="Exportar ou eliminar")
    def answer() -> str:
        context = get_current_context()
        author = context["dag_run"].triggering_user_name or ""
        return carry_out(task_engine(), author, context["params"], get_settings())

    answer()
