"""
# Promoção de um pacote: a client package for less, or free, until a date

Makes a promotion of one client package, or ends it. On the days of a promotion the client package costs the price of
the promotion, whatever the client's own price and that of the package are.

It is only started by hand, with a form. `client_package_id` is the number that a client's page shows beside each
package; the author is the person who triggers it. Both days count: this one is free up to and including 31 January.

    {"client_package_id": 1421, "price": "0", "since": "2027-01-01", "last_day": "2027-01-31"}

A promotion begins today at the earliest, and not before the client package does. `end_promotion` as `action` ends the
promotion that counts and deletes those that would begin later; days that are past stay as they were. The client's page
shows a running or coming promotion beside the price, and its history who made and ended which.

## Triage notes

* **InvalidValue, PromotionRefused, PackageRefused, NotThere:** the message says what is wrong with the form. Nothing
  was written; trigger a new run.
* **DatabaseRefused:** the tasks of this DAG need the connection `isp_db_screens`, which may change contracts.
* **`save` was killed:** look at the client's page. It is one transaction; if the promotion is not there, clear it.
"""

from __future__ import annotations

from airflow.sdk import DAG, get_current_context, task

from multitv.contracts import promotions
from multitv.contracts.params import promotion_form, read_promotion_form
from multitv.dag_defaults import default_args
from multitv.database.engine import screens_engine
from multitv.settings import get_settings

with DAG(
    "tv_promotion",
    dag_display_name="Promoção de um pacote",
    description="Dá a um pacote de um cliente um preço menor, ou nenhum, até uma data",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=8,
    default_args=default_args(),
    tags=["tv", "faturamento", "impacto:alto"],
    params=promotion_form(),
) as dag:

    @task(task_display_name="Gravar a promoção")
    def save() -> str:
        context = get_current_context()
        author = context["dag_run"].triggering_user_name or ""
        asked = read_promotion_form(context["params"])
        return promotions.carry_out(screens_engine(), author, asked, get_settings().today())

    save()
