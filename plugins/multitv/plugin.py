"""What Multi TV adds to Airflow: the timetable of the billing DAGs, the screens, rights on DAGs, and notes on runs."""

from airflow.plugins_manager import AirflowPlugin

from multitv.billing.timetables import DueDayTimetable
from multitv.web import listeners, mount


class MultiTVPlugin(AirflowPlugin):
    """Registered by the entry point of the wheel, or by plugins/multitv_plugin.py."""

    name = "multitv"
    timetables = [DueDayTimetable]  # noqa: RUF012, Airflow's own way
    fastapi_apps = mount.fastapi_apps()
    fastapi_root_middlewares = mount.fastapi_root_middlewares()
    listeners = [listeners]  # noqa: RUF012
    external_views = mount.external_views()
