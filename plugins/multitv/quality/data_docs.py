"""Writes Great Expectations' Data Docs: the last validation of a gate, as a small site."""

from __future__ import annotations

import logging
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from multitv.quality.offline_pages import make_offline

log = logging.getLogger(__name__)

_SITE = "gate"


class DataDocs:
    """The site of one gate, `<folder>/<name>/index.html`, replaced as a whole. Without a folder there is none."""

    def __init__(self, context: Any, folder: Path | None, name: str) -> None:
        self.actions: list[Any] = []
        self._target = folder and folder / name
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._draft = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
        except OSError as error:
            # The validation matters; missing pages are not worth a failed run.
            log.warning("No Data Docs are written to %s: %s.", folder, error.strerror)
            self._target = None
            return
        for default in list(context.list_data_docs_sites()):
            context.delete_data_docs_site(default)
        context.add_data_docs_site(
            _SITE,
            {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(self._draft)},
            },
        )
        actions = import_module("great_expectations.checkpoint.actions")
        self.actions.append(actions.UpdateDataDocsAction(name=_SITE))

    def publish(self) -> None:
        """Replace the site of the gate's previous run."""
        if self._target is None:
            return
        try:
            make_offline(self._draft)
            old = self._draft.with_suffix(".old")
            self._draft.chmod(0o755)
            if self._target.exists():
                self._target.rename(old)
            self._draft.rename(self._target)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            log.warning("The Data Docs of %s stay as they were: %s.", self._target, error.strerror)
            shutil.rmtree(self._draft, ignore_errors=True)
            return
        log.info("Data Docs: %s", self._target / "index.html")
