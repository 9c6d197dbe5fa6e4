"""What Multi TV adds to Airflow: the timetable of the billing DAGs, the screens, and rights on DAGs."""

from airflow.plugins_manager import AirflowPlugin

from multitv.billing.timetables import DueDayTimetable
from multitv.web import mount


class MultiTVPlugin(AirflowPlugin):
    """Registered by the entry point of the wheel, or by plugins/multitv_plugin.py."""

    name = "multitv"
    timetables = [DueDayTimetable]  # noqa: RUF012, Airflow's own way
    fastapi_apps = mount.fastapi_apps()
    fastapi_root_middlewares = mount.fastapi_root_middlewares()
    external_views = mount.external_views()
