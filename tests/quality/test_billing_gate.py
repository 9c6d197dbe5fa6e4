"""The gate between saved events and their posting, and the pages that it writes."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from multitv.billing import tv
from multitv.quality import billing as gates
from multitv.quality.gate import GateFailed
from multitv.settings import Settings
from tests.support.databases import as_pipeline
from tests.support.isp import DUE, Isp
from tests.support.settings import SETTINGS

pytestmark = pytest.mark.slow


@pytest.fixture
def saved(engine: Engine) -> Isp:
    """Two pending charges, with what guards them off."""
    isp = Isp(as_pipeline(engine))
    isp.offer_plans()
    package = isp.package("10.00")
    for _ in range(2):
        isp.sell(isp.client_plan(), package)
    tv.save(isp.engine, DUE, SETTINGS)
    isp.run("alter table billing.event_record disable trigger user, drop constraint event_amount, "
            "drop constraint event_reference_month")  # fmt: skip
    isp.run("drop index billing.event_live_charge, billing.event_live_package")
    return isp


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return tmp_path / "docs"


def test_sound_events_pass(saved: Isp, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "multitv"):
        gates.check_charges(saved.engine, DUE, SETTINGS)
    assert "8 expectations of 2 batches hold" in caplog.text


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("update billing.event set amount = -1 where mod(id, 10) = 1", "amount: 1 of 2 rows are not so"),
        ("update billing.event set policy_id = null", "policy_id: 2 of 2 rows"),
        ("update billing.event set price = 5 where mod(id, 10) = 2", "pair_values_a_to_be_greater_than_b: 1 of 2 rows"),
        (
            "update billing.event set reference_month = '2026-10-01' where mod(id, 10) = 1",
            "reference_month: 1 of 2 rows",
        ),
        ("update billing.event set client_package_id = 1", "client_package_id, reference_month: 2 of 2 rows"),
        ("update billing.event set client_plan_id = 9", "charges_without_a_sale: expect_table_row_count_to_equal: 2"),
    ],
)
def test_what_does_not_look_like_a_charge_is_not_posted(saved: Isp, damage: str, said: str) -> None:
    saved.run(damage)
    with pytest.raises(GateFailed, match=re.escape(said)) as caught:
        gates.check_charges(saved.engine, DUE, SETTINGS)
    assert "Nothing of it is posted" in str(caught.value)


def test_what_was_judged_can_be_opened_and_shows_no_value(saved: Isp, docs: Path) -> None:
    saved.run("update billing.event set amount = 777.77 where mod(id, 10) = 1")
    reached = Settings(data_docs=docs, data_docs_url="https://tv.isp.example/docs/")
    with pytest.raises(GateFailed, match=f"https://tv.isp.example/docs/billing-{DUE}/index.html"):
        gates.check_charges(saved.engine, DUE, reached)
    site = docs / f"billing-{DUE}"
    pages = "".join(page.read_text() for page in site.rglob("*.html"))
    assert (site / "index.html").is_file()
    assert "charges_without_a_sale" in pages
    assert "777.77" not in pages
    loaded = re.findall(
        r"(?:src|href|action)\s*=\s*[\"']?[^\"'\s>]*//[^\"'\s>]*|url\([^)]*//[^)]*\)|<script|@import", pages
    )
    assert loaded == [], "complete without the internet"
    links = re.findall(r'href="([^"]+)"', (site / "index.html").read_text())
    assert {link.split("/")[0] for link in links} == {"expectations", "validations"}
    assert all((site / link).is_file() for link in links)
    saved.run("update billing.event set amount = 10 where mod(id, 10) = 1")
    gates.check_charges(saved.engine, DUE, Settings(data_docs=docs))
    assert len(list(site.rglob("validations/charges/**/*.html"))) == 1
    assert [path.name for path in docs.iterdir()] == [site.name]


def test_a_folder_that_cannot_be_written_fails_nothing(
    saved: Isp, docs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    docs.write_text("in the way")
    gates.check_charges(saved.engine, DUE, Settings(data_docs=docs))
    assert "No Data Docs are written to" in caplog.text
