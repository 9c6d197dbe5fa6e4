"""
# Política de faturamento: how the TV extras of a service plan are charged

Puts a billing policy in force: for one service plan, or for all that have none of their own. A policy is never edited:
each run adds a version, and of those that are valid in a month the newest counts. The newest one again adds none.

It is only started by hand, with a form, whose defaults are the manual's rule; the author is the person who triggers it.
`docs/billing.md` says what each part means.

    {"service_plan_id": 4, "proration": "daily", "timing": "arrears", "valid_from": "01/2027"}

A policy counts for what is listed from now on, in the months from `valid_from` on. Charges that are processed keep the
policy that they were made by; pending ones are priced anew when `tv_billing` runs for their due date again.

## Triage notes

* **InvalidValue, PolicyRefused:** the message says what is wrong with the form. Nothing was written; trigger a new run.
* **DatabaseRefused:** the tasks of this DAG need the connection `isp_db_screens`, which may change the offer.
* **A policy was a mistake:** trigger this DAG again with the right one, and the same month.
* **`save` was killed:** clear it. It is one transaction, and the same policy is added only once.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from multitv.dag_defaults import default_args
from multitv.database.engine import screens_engine
from multitv.offer import billing_policy
from multitv.offer.params import policy_form, read_policy_form
from multitv.settings import get_settings

with DAG(
    "tv_billing_policy",
    dag_display_name="Política de faturamento",
    description="Muda como os pacotes extras são cobrados: proporcional ou não, antes ou depois do mês",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=policy_form(),
) as dag:

    @task(task_display_name="Gravar a política")
    def save() -> str:
        context = get_current_context()
        author = context["dag_run"].triggering_user_name or ""
        asked = read_policy_form(context["params"], get_settings().today())
        return billing_policy.carry_out(screens_engine(), author, asked)

    save()
