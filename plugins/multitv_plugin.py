"""The one module that registers with Airflow: the timetable of the billing DAGs."""

from airflow.plugins_manager import AirflowPlugin

from multitv.billing.timetable import DueDayTimetable


class MultiTVPlugin(AirflowPlugin):
    """What Multi TV adds to Airflow."""

    name = "multitv"
    timetables = [DueDayTimetable]  # noqa: RUF012, Airflow's own way
