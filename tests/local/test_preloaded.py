"""What is imported once for all tasks, and what each of them imports itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import sys
from pathlib import Path
from include.local.preloaded import preload
preload(Path(sys.argv[1]), tasks=False)
print("wave" in sys.modules, [name for name in sys.modules if name.startswith("multitv")])
"""


@pytest.mark.slow
def test_packages_are_imported_once_and_our_own_modules_by_each_process(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "of_ours.py").write_text("import wave, multitv.money\n")
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    path = {"PYTHONPATH": f"{repository / 'plugins'}:{repository}", "AIRFLOW_HOME": str(tmp_path)}
    asked = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK, str(tmp_path)],
        env=path, cwd=repository, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert asked.stdout.splitlines()[-1:] == ["True []"], asked.stderr
