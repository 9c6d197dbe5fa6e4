"""The one module that registers with Airflow: the timetable of the billing DAGs, and the screens."""

from airflow.plugins_manager import AirflowPlugin

from multitv.billing.timetables import DueDayTimetable
from multitv.web import mount


class MultiTVPlugin(AirflowPlugin):
    """What Multi TV adds to Airflow."""

    name = "multitv"
    timetables = [DueDayTimetable]  # noqa: RUF012, Airflow's own way
    fastapi_apps = mount.fastapi_apps()
    external_views = mount.external_views()
