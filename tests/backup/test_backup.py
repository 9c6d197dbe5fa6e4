"""A backup of two real databases: made, verified, restored, and each way in which that is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, Engine

from include.local import postgres
from include.local.postgres import Server
from multitv.backup.__main__ import main
from multitv.backup.client import Client, address, environment
from multitv.backup.errors import BadAddress, DiskFull, DumpFailed, NoRight, ProgramMissing
from multitv.backup.fingerprints import fingerprints_of
from multitv.backup.manifest import Manifest, read_manifest
from multitv.database.migrate import migrate
from multitv.database.replaceable import is_applied
from multitv.settings import get_settings
from tests.support.databases import Database, own_database

pytestmark = pytest.mark.slow

PROGRAMS = str(postgres.programs())
KEYS = [Fernet.generate_key().decode() for _ in range(3)]


def set_keys(monkeypatch: pytest.MonkeyPatch, pins: str, airflow: str) -> None:
    monkeypatch.setenv("MULTITV_PIN_KEYS", pins)
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", airflow)
    get_settings.cache_clear()


def furnish_airflow(engine: Engine) -> None:
    """What a backup asks of Airflow's database."""
    for statement in (
        "create table alembic_version as select 'abc' as version_num",
        "create table connection as select 'beenius' as conn_id, true as is_encrypted, true as is_extra_encrypted",
        "create table variable (key text, is_encrypted boolean)",
    ):
        Database(engine).run(statement)


@pytest.fixture
def sources(server: Server, migrated: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Database, Database]]:
    """The ISP's database and Airflow's, which has an encrypted connection, and both keys."""
    with own_database(server, migrated) as isp, own_database(server) as metadata:
        furnish_airflow(metadata)
        monkeypatch.setenv("ISP_DB_URI", postgres.plain(isp.url))
        monkeypatch.setenv("AIRFLOW_DB_URI", postgres.plain(metadata.url))
        set_keys(monkeypatch, KEYS[0], KEYS[2])
        yield Database(isp), Database(metadata)
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def made(server: Server, furnished: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup, with keys 0 and 1 for PINs, and key 2 of Airflow."""
    folder = tmp_path_factory.mktemp("backups")
    with (
        pytest.MonkeyPatch.context() as patched,
        own_database(server, furnished) as isp,
        own_database(server) as metadata,
    ):
        furnish_airflow(metadata)
        for unlogged in (
            "insert into staging.subscriber_snapshot values (1)",
            "create unlogged table billing.preview_line_1 partition of billing.preview_line for values in (1)",
            "insert into billing.preview_line (preview_id, client_plan_id, client_package_id, package_id, "
            "reference_month, price_source, outcome) values (1, 1, 1, 1, '2026-12-01', 'package', 'free')",
        ):
            Database(isp).run(unlogged)
        patched.setenv("ISP_DB_URI", postgres.plain(isp.url))
        patched.setenv("AIRFLOW_DB_URI", postgres.plain(metadata.url).replace("postgresql:", "postgresql+psycopg2:"))
        set_keys(patched, ",".join(KEYS[:2]), KEYS[2])
        assert main(["make", "--folder", str(folder), "--programs", PROGRAMS]) == 0
    get_settings.cache_clear()
    [backup] = folder.glob("multitv-*")
    return backup


@pytest.fixture
def empty(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database to restore into, with the right keys."""
    set_keys(monkeypatch, ",".join(KEYS), KEYS[2])
    with own_database(server) as engine:
        for name in ("ISP_DB_URI", "AIRFLOW_DB_URI"):
            monkeypatch.setenv(name, postgres.plain(engine.url))
        yield engine
    get_settings.cache_clear()


def restore(backup: Path, database: str = "isp", *more: str) -> int:
    return main(["restore", str(backup), database, "--programs", PROGRAMS, *more])


def test_a_backup_says_what_it_holds_and_holds_no_key(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    isp, airflow = (manifest["databases"][name] for name in ("isp", "airflow"))
    assert (isp["schema_revision"] >= "0020", airflow["schema_revision"]) == (True, "abc")
    assert isp["rows"]["erp.client"] >= 60
    assert not [table for table in isp["rows"] if table.startswith("staging") or ".preview" in table]
    assert {"multitv_pipeline", "multitv_screens", "multitv_reader"} <= set(isp["roles"])
    # Airflow's a moment before.
    assert airflow["as_of"] < isp["as_of"]
    assert len(manifest["pin_keys"]["of_keys"]) == 2
    everything = b"".join(path.read_bytes() for path in made.iterdir())
    assert not [key for key in KEYS if key.encode() in everything]


def test_a_restored_database_is_that_of_the_release_and_has_nothing_staged(made: Path, empty: Engine) -> None:
    assert restore(made) == 0
    with empty.connect() as connection:
        assert is_applied(connection)
    database = Database(empty)
    assert database.run("select count(*) from erp.client")[0][0] >= 60
    assert database.run("select from staging.subscriber_snapshot") == []
    assert database.run("select from billing.preview_line") == []
    [[last]] = database.run("select last_value from billing.preview_id_seq")
    assert last >= 10_000_000
    migrate(empty)
    # Never over what is there.
    assert restore(made) == 1


def test_a_backup_is_verified_by_restoring_it(
    made: Path, empty: Engine, server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SCRATCH_DB_URI", postgres.plain(server.url()))
    check = ["verify", "--by-restoring", "--programs", PROGRAMS]
    assert main([*check, str(made)]) == 0
    # As if a table had lost a row.
    copy = shutil.copytree(made, tmp_path / made.name)
    said = json.loads((copy / "manifest.json").read_text())
    said["databases"]["isp"]["rows"]["erp.client"] += 1
    (copy / "manifest.json").write_text(json.dumps(said))
    assert main([*check, str(copy)]) == 1
    assert Database(empty).run("select from pg_database where datname like 'multitv_verify_%'") == []


def test_a_changed_byte_is_found(made: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(made, tmp_path / made.name)
    content = bytearray((copy / "isp.dump").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "isp.dump").write_bytes(content)
    assert main(["verify", str(copy), "--programs", PROGRAMS]) == 1


def make(folder: Path, programs: Path | str = PROGRAMS) -> int:
    return main(["make", "--folder", str(folder), "--programs", str(programs)])


@pytest.mark.usefixtures("sources")
def test_what_fails_its_verification_never_becomes_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "backups"
    written = Manifest.write

    def damage(manifest: Manifest, unfinished: Path) -> None:
        written(manifest, unfinished)
        content = bytearray((unfinished / "isp.dump").read_bytes())
        content[len(content) // 2] ^= 1
        (unfinished / "isp.dump").write_bytes(content)

    with monkeypatch.context() as patched:
        # As a disk or memory that lies between the dump and the check.
        patched.setattr(Manifest, "write", damage)
        assert make(folder) == 1
    assert "its SHA-256 differs" in capfd.readouterr().err
    assert [path.name for path in folder.iterdir()] == [".multitv-backup.lock"]
    assert main(["list", "--folder", str(folder), "--not-older-than", "26"]) == 1
    assert make(folder) == 0
    assert main(["list", "--folder", str(folder), "--not-older-than", "26"]) == 0


PIN = "insert into tv.client_extra_field (client_plan_id, name, value) values (1, 'Auth Pin Assinante Beenius', 'x')"


@pytest.mark.parametrize("lacks", ["MULTITV_PIN_KEYS", "AIRFLOW__CORE__FERNET_KEY"])
def test_a_key_that_is_missing_is_named_if_something_is_encrypted(
    sources: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str], lacks: str,
) -> None:  # fmt: skip
    isp, airflow = sources
    isp.run("set local session_replication_role = replica; " + PIN)
    monkeypatch.delenv(lacks)
    get_settings.cache_clear()
    assert make(tmp_path / "backups") == 1
    said = capfd.readouterr().err
    assert f"{lacks} is not set" in said
    assert "Nothing was written" in said
    assert list((tmp_path / "backups").glob("*multitv-2*")) == []
    noted = "select count(*) from alerts.backup"
    assert isp.run(noted) == [(0,)]
    # Without anything that it encrypted, nobody needs it.
    isp.run("delete from tv.client_extra_field")
    airflow.run("update connection set is_encrypted = false, is_extra_encrypted = false")
    # Two of one second would have one name.
    assert make(tmp_path / "next") == 0
    assert isp.run(noted) == [(1,)]
    airflow.run("insert into variable values ('token', true)")
    assert make(tmp_path / "last") == (0 if lacks == "MULTITV_PIN_KEYS" else 1)


@pytest.mark.usefixtures("sources")
def test_airflows_key_may_come_from_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AIRFLOW__CORE__FERNET_KEY")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY_CMD", f"sed p {tmp_path / 'key'}")
    assert make(tmp_path / "backups") == 1
    assert "AIRFLOW__CORE__FERNET_KEY_CMD" in capfd.readouterr().err
    (tmp_path / "key").write_text(KEYS[2] + "\n")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY_CMD", f"cat '{tmp_path / 'key'}'")
    assert make(tmp_path / "backups") == 0
    [backup] = (tmp_path / "backups").glob("multitv-*")
    assert read_manifest(backup).fernet_keys.missing([KEYS[2]]) == []


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ("code text, name text", "code integer, name text", 'table "person"'),
        ("code text, name text", "code text, name text check (length(name) < 3)", 'constraint "person_name_check"'),
        ("code text, name text", "code text, name text unique", 'constraint "person_name_key"'),
    ],
)
def test_no_message_has_personal_data(server: Server, tmp_path: Path, source: str, target: str, says: str) -> None:
    client, archive = Client(Path(PROGRAMS)), tmp_path / "person.dump"
    with own_database(server) as database:
        Database(database).run(f"create table person ({source})")
        row = "('Zulmira\nTavares 529.982.247-25', 'Zulmira Tavares')"
        Database(database).run(f"insert into person values {row}, {row}")  # noqa: S608
        client.run("pg_dump", database.url, "--format=custom", "--data-only", f"--file={archive}")
        Database(database).run("drop table person")
        Database(database).run(f"create table person ({target})")
        with pytest.raises(DumpFailed) as failed:
            client.run("pg_restore", database.url, "--exit-on-error", f"--dbname={database.url.database}", str(archive))
    assert says in str(failed.value)
    for personal in ("Zulmira", "Tavares", "529"):
        assert personal not in str(failed.value)


def test_no_message_has_the_rows_of_a_statement(server: Server, tmp_path: Path) -> None:
    client, archive = Client(Path(PROGRAMS)), tmp_path / "person.dump"
    with own_database(server) as database:
        Database(database).run("create table person (name text)")
        Database(database).run("insert into person values ('Zulmira Tavares\nde Souza')")
        client.run("pg_dump", database.url, "--format=custom", "--data-only", "--inserts", f"--file={archive}")
        Database(database).run("alter table person add unique (name)")
        with pytest.raises(DumpFailed, match="duplicate key value violates") as failed:
            client.run("pg_restore", database.url, "--exit-on-error", f"--dbname={database.url.database}", str(archive))
    for personal in ("Zulmira", "Souza"):
        assert personal not in str(failed.value)


@pytest.mark.parametrize(
    ("database", "pins", "airflow"),
    [("isp", KEYS[0], KEYS[2]), ("airflow", KEYS[0], KEYS[1])],
    # Not the keys, which differ in each process.
    ids=["isp", "airflow"],
)
def test_the_wrong_keys_are_refused_by_name(
    made: Path, empty: Engine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], database: str,
    pins: str, airflow: str,
) -> None:  # fmt: skip
    set_keys(monkeypatch, pins, airflow)
    assert restore(made, database) == 1
    said = capfd.readouterr().err
    named = "key 2 of the 2 that MULTITV_PIN_KEYS" if database == "isp" else "key 1 of the 1 that AIRFLOW__CORE__FERNET"
    assert named in said
    assert not [key for key in KEYS if key in said]
    assert Database(empty).run("select from pg_class where relname = 'alembic_version'") == []


def test_what_lacks_a_role_or_another_encoding_is_refused(
    made: Path, empty: Engine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = shutil.copytree(made, tmp_path / made.name)
    said = json.loads((copy / "manifest.json").read_text())
    said["databases"]["isp"]["roles"] += ["erp_writer"]
    (copy / "manifest.json").write_text(json.dumps(said))
    assert restore(copy) == 1
    assert "create role erp_writer;" in capfd.readouterr().err
    assert Database(empty).run("select from pg_namespace where nspname = 'billing'") == []


def test_a_login_that_may_not_read_everything_is_told_what_to_do(
    server: Server, furnished: str, empty: Engine, tmp_path: Path
) -> None:
    with own_database(server, furnished) as isp:
        url = isp.url.set(username="multitv_reader")
        with pytest.raises(NoRight, match="Use that of the owner"):
            Client(Path(PROGRAMS)).run("pg_dump", url, "--format=custom", f"--file={tmp_path / 'isp.dump'}")


def test_a_disk_that_is_full_is_named_and_an_older_program_is_refused(tmp_path: Path) -> None:
    said = 'pg_dump: error: could not write to file "isp.dump": No space left on device'
    program = tmp_path / "pg_dump"
    program.write_text(
        f"#!/bin/sh\ncase $1 in --version) echo 'pg_dump (PostgreSQL) 15.18';; *) echo '{said}' >&2; exit 1;; esac"
    )
    program.chmod(0o755)
    client = Client(tmp_path)
    with pytest.raises(DiskFull, match="The unfinished backup is removed, those before it are kept"):
        client.run("pg_dump", URL.create("postgresql+psycopg", host="db"), writes=tmp_path / "isp.dump")
    with pytest.raises(ProgramMissing, match="15.18.*is PostgreSQL 18.*postgresql-client-18"):
        client.require("pg_dump", 18, "PostgreSQL at db")
    with pytest.raises(ProgramMissing, match="no pg_restore in"):
        client.version("pg_restore")


def test_the_password_is_in_the_environment_and_in_no_message() -> None:
    url = address("postgres://owner:top%2Fsecret@db.isp.example:5433/isp?sslmode=require", "ISP_DB_URI")
    given = environment(url, {"PATH": "/bin", "PGDATABASE": "other", "PGPASSFILE": "/run/pgpass"})
    assert given == {
        "PATH": "/bin", "PGHOST": "db.isp.example", "PGPORT": "5433", "PGUSER": "owner", "PGDATABASE": "isp",
        "PGPASSWORD": "top/secret", "PGSSLMODE": "require", "PGPASSFILE": "/run/pgpass", "PGAPPNAME": "multitv-backup",
    }  # fmt: skip
    for wrong in (None, "", "mysql://owner:secret@db/isp", "postgres://owner:secret@db/isp?passwort=x", "secret"):
        with pytest.raises(BadAddress) as refused:
            address(wrong, "ISP_DB_URI")
        assert "secret" not in str(refused.value)


def test_fingerprints_tell_which_key_is_missing_and_differ_from_backup_to_backup() -> None:
    one, another = fingerprints_of(KEYS[:2]), fingerprints_of(KEYS[:2])
    assert one.missing([KEYS[1], KEYS[0]]) == []
    assert one.missing([KEYS[1], KEYS[2]]) == [1]
    assert set(one.of_keys).isdisjoint(another.of_keys)
