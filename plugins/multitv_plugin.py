"""The one module that Airflow imports from a plugins folder: it registers the plugin, unless an entry point does."""

from multitv import installation

if not installation.is_installed():
    from multitv.plugin import MultiTVPlugin as MultiTVPlugin
