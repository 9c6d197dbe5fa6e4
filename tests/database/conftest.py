"""Databases without a schema, and releases after this one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from include.local.postgres import Server
from multitv.database import replaceable, schema
from multitv.database.sql import SQL_FOLDER
from tests.support.databases import own_database

HEAD = str(ScriptDirectory(str(schema.MIGRATIONS)).get_current_head())
NEXT = f"{int(HEAD) + 1:04}"


@pytest.fixture
def empty(server: Server) -> Iterator[Engine]:
    """A database without a schema."""
    with own_database(server) as engine:
        yield engine


# Texts that PostgreSQL takes only once a migration has made their table or schema, each with the migration.
NEEDS_A_NEW_TABLE = (
    ("0005", "triggers/billing/billing.credit.sql"),
    ("0014", "triggers/billing/billing.credit_posting.sql"),
    ("0014", "triggers/billing/billing.payout.sql"),
    ("0014", "functions/billing/billing.adjusted.sql"),
    ("0014", "functions/billing/billing.excess.sql"),
    ("0009", "functions/erp/history.keep.sql"),
    ("0009", "functions/erp/history.record.sql"),
    ("0009", "functions/erp/history.stated_client_plan.sql"),
    ("0009", "functions/erp/history.stated_service_plan.sql"),
    ("0009", "functions/erp/history.repeated_id.sql"),
    ("0009", "functions/reconciliation/reconciliation.stated_contract.sql"),
    ("0019", "triggers/reconciliation/reconciliation.pending_change.sql"),
    ("0018", "functions/reconciliation/reconciliation.decided.sql"),
    ("0011", "triggers/contracts/tv.promotion.sql"),
    ("0009", "functions/billing/billing.setting_state.sql"),
    ("0009", "functions/billing/billing.package_state.sql"),
    ("0009", "functions/billing/billing.changed_client_plan.sql"),
    ("0009", "functions/billing/billing.changed_contract.sql"),
    ("0011", "functions/billing/billing.policy_of.sql"),
    ("0011", "functions/billing/billing.repriced_sale.sql"),
    ("0012", "functions/billing/billing.sale.sql"),
    ("0012", "functions/billing/billing.changed_sale.sql"),
    ("0011", "functions/billing/billing.plan_terms.sql"),
    ("0009", "functions/billing/billing.package_terms.sql"),
    ("0012", "functions/billing/billing.owed_still.sql"),
    ("0012", "functions/billing/billing.owed_part.sql"),
    ("0012", "functions/billing/billing.owed_by_days.sql"),
    ("0012", "functions/billing/billing.owed.sql"),
    ("0012", "functions/billing/billing.left_to_charge.sql"),
    ("0012", "functions/billing/billing.due_in_arrears.sql"),
    ("0012", "functions/billing/billing.due.sql"),
    ("0012", "functions/billing/billing.open_unit.sql"),
    ("0014", "functions/billing/billing.difference_due.sql"),
    ("0012", "functions/billing/billing.owed_as_charged.sql"),
    ("0009", "functions/billing/billing.due_on.sql"),
    ("0014", "functions/billing/billing.shortfall.sql"),
    ("0012", "functions/billing/billing.open_due.sql"),
    ("0012", "functions/billing/billing.uncharged.sql"),
    ("0012", "functions/billing/billing.candidate.sql"),
    ("0012", "functions/billing/billing.charged.sql"),
    ("0012", "functions/billing/billing.charge_of_other_due_date.sql"),
    ("0012", "functions/billing/billing.write_event.sql"),
    ("0012", "functions/billing/billing.event.sql"),
    ("0012", "triggers/billing/billing.event.sql"),
    ("0012", "functions/billing/billing.go_live.sql"),
    ("0016", "functions/billing/billing.waived_month.sql"),
    ("0016", "functions/billing/billing.take_back_waiver.sql"),
    ("0016", "triggers/billing/billing.waiver.sql"),
    ("0021", "functions/privacy/privacy.anonymous.sql"),
    ("0021", "functions/privacy/privacy.comeback.sql"),
    ("0021", "functions/privacy/privacy.document_of.sql"),
    ("0021", "functions/privacy/privacy.erase_client.sql"),
    ("0021", "functions/privacy/privacy.erased_client.sql"),
    ("0021", "functions/privacy/privacy.erased_name.sql"),
    ("0021", "functions/privacy/privacy.held.sql"),
    ("0021", "functions/privacy/privacy.is_erased.sql"),
    ("0021", "functions/privacy/privacy.is_erasing.sql"),
    ("0021", "functions/privacy/privacy.keep_erased.sql"),
    ("0021", "functions/privacy/privacy.kept.sql"),
    ("0021", "functions/privacy/privacy.name_of.sql"),
    ("0021", "functions/privacy/privacy.obstacle.sql"),
    ("0021", "triggers/privacy/privacy.came_back.sql"),
    ("0021", "triggers/privacy/privacy.erasure.sql"),
    ("0021", "functions/billing/billing.preview_sheet.sql"),
)


@dataclass(frozen=True)
class Release:
    """A release whose files a test may change."""

    sql: Path
    migrations: Path

    def edit(self, file: str, before: str, after: str) -> None:
        path = self.sql / file
        assert before in path.read_text()
        path.write_text(path.read_text().replace(before, after))

    def migration(self, statement: str) -> None:
        """Add the migration NEXT."""
        (self.migrations / "versions" / f"{NEXT}_of_a_test.py").write_text(
            f"from alembic import op\n\nrevision = {NEXT!r}\ndown_revision = {HEAD!r}\n\n\n"
            f"def upgrade() -> None:\n    op.execute({statement!r})\n"
        )

    @contextmanager
    def before(self, version: str) -> Iterator[None]:
        """Lack this migration and those after it, and have the texts that fit the schema without them."""
        later = [path for path in (self.migrations / "versions").glob("*.py") if path.name >= version]
        later += [self.sql / file for since, file in NEEDS_A_NEW_TABLE if since >= version]
        view = self.sql / "functions" / "reports" / "reports.due_date_state.sql"
        grants = self.sql / "grants" / "database" / "roles.sql"
        final = self.sql / "triggers" / "reconciliation" / "reconciliation.operation.sql"
        texts = {path: path.read_text() for path in (*later, view, grants, final)}
        for path in (*later, final):
            path.unlink()
        grants.write_text("select 1")
        if version <= "0005":
            old = Path(__file__).with_name("due_date_state_before_0005.sql").read_text()
            view.write_text(old.replace("reports.", "dashboard.") if version <= "0004" else old)
        yield
        for path, text in texts.items():
            path.write_text(text)


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    """This release in a folder of its own, from here on what `migrate` and `wait` of this process know."""
    copy = Release(tmp_path / "sql", tmp_path / "migrations")
    shutil.copytree(SQL_FOLDER, copy.sql)
    shutil.copytree(schema.MIGRATIONS, copy.migrations, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(replaceable, "SQL_FOLDER", copy.sql)
    monkeypatch.setattr(schema, "MIGRATIONS", copy.migrations)
    return copy
