"""Multi TV: IPTV on Beenius for an ISP, as Airflow DAGs and web screens."""

from multitv import installation

__version__ = "0.3.0"

installation.check()
