"""Who is told what, and when again: by e-mail and webhook, with services that fail, and runs that are killed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

from multitv.alerts import channels, tell
from multitv.alerts.channels import beat, open_channels
from multitv.alerts.errors import AlertKindsFailed, AlertNotSent, BadAlertUrl, HeartbeatNotSent
from multitv.alerts.tell import Told
from multitv.database.engine import DatabaseUnavailable, engine_for
from multitv.settings import Settings
from tests.alerts.scenarios import BASE_URL, NOW, SCENARIOS, SETTINGS
from tests.support.databases import Database
from tests.support.ports import free_ports
from tests.support.receivers import Received

SECRET = "segredo-do-canal"


def settings(*urls: str) -> Settings:
    return SETTINGS.model_copy(update={"alert_urls": SecretStr(" ".join(urls))})


def json_url(hook: Received) -> str:
    return f"json://multitv:{SECRET}@127.0.0.1:{hook.port}/alertas"


def mail_url(mail: Received) -> str:
    return f"mailto://127.0.0.1:{mail.port}?from=tv@isp.example&to=plantao@isp.example&smtp=127.0.0.1&mode=insecure"


def run(database: Database, given: Settings, later: timedelta = timedelta()) -> Told | None:
    return tell.tell(database.engine, given, BASE_URL, NOW + later)


def test_what_is_new_what_is_over_and_a_reminder_are_told_once_each(database: Database, hook: Received) -> None:
    given = settings(json_url(hook))
    for kind in ("months_open", "billing_question", "catalog_late"):
        SCENARIOS[kind].set_up(database)
    assert run(database, given) == Told(3, 1)
    [first] = hook.posts
    assert first["title"] == "Multi TV: 3 alertas novos"
    assert first["message"].count("O que fazer:") == 3

    assert run(database, given, timedelta(minutes=5)) == Told(3, 0)
    database.run(SCENARIOS["months_open"].grows)
    assert run(database, given, timedelta(minutes=10)) == Told(3, 0), "what grows is not told again"

    database.run(SCENARIOS["months_open"].ends)
    SCENARIOS["due_days_unserved"].set_up(database)
    assert run(database, given, timedelta(minutes=15)) == Told(3, 1)
    assert hook.posts[1]["title"] == "Multi TV: 1 alerta novo, 1 encerrado"
    assert "✔ Nenhum mês está mais em aberto." in hook.posts[1]["message"]

    assert run(database, given, timedelta(hours=23)) == Told(3, 0)
    assert run(database, given, timedelta(hours=24)) == Told(3, 1)
    assert hook.posts[2]["title"] == "Multi TV: 3 ainda abertos"
    assert "⏳ Aberto desde 10/12/2026 às 09:00." in hook.posts[2]["message"]
    assert run(database, given, timedelta(hours=24, minutes=5)) == Told(3, 0)
    assert run(database, given, timedelta(hours=44)) == Told(3, 0)


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=-1)])
def test_a_clock_that_jumped_and_was_set_right_neither_repeats_nor_silences_what_is_open(
    database: Database, hook: Received, jump: timedelta
) -> None:
    given = settings(json_url(hook))
    SCENARIOS["months_open"].set_up(database)
    assert run(database, given, jump) == Told(1, 1)
    # One that was far ahead counts as told too long ago, once.
    assert run(database, given) == Told(1, int(jump > timedelta(hours=24)))
    before = len(hook.posts)
    assert run(database, given, timedelta(hours=1)) == Told(1, 0)
    assert run(database, given, timedelta(hours=25)) == Told(1, 1)
    assert len(hook.posts) == before + 1


def test_a_mailbox_gets_it_as_a_person_reads_it(database: Database, mail: Received) -> None:
    SCENARIOS["billing_question"].set_up(database)
    run(database, settings(mail_url(mail)))
    [letter] = mail.mails
    assert letter["Subject"] == "Multi TV: 1 alerta novo"
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "1.234 cobranças, R$ 36.896,60. Sem resposta até 12/12/2026 às 06:00, nada é salvo." in text
    assert f"{BASE_URL}/multitv/faturamento?vencimento=2026-12-20" in text


def test_a_channel_that_refuses_gets_it_later_and_the_others_nothing_twice(
    database: Database, hook: Received, mail: Received, caplog: pytest.LogCaptureFixture
) -> None:
    given = settings(json_url(hook), mail_url(mail))
    for kind in ("months_open", "catalog_late"):
        SCENARIOS[kind].set_up(database)
    hook.refuses = True
    for minutes in (0, 5):
        with pytest.raises(AlertNotSent, match=r"Channel 1 of 2 \(JSON\)") as refused:
            run(database, given, timedelta(minutes=minutes))
        assert SECRET not in str(refused.value)
    assert (len(hook.posts), len(mail.mails)) == (0, 1)
    # One of the two is over before the channel works again: it was never told there.
    database.run(SCENARIOS["months_open"].ends)
    hook.refuses = False
    assert run(database, given, timedelta(minutes=10)) == Told(1, 2)
    assert [post["title"] for post in hook.posts] == ["Multi TV: 1 alerta novo"]
    assert [letter["Subject"] for letter in mail.mails] == ["Multi TV: 2 alertas novos", "Multi TV: 1 encerrado"]
    assert SECRET not in caplog.text


def test_a_service_that_is_down_or_slow_does_not_hold_the_others_up(
    database: Database,
    hook: Received,
    mail: Received,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(channels.Channel.send, "__kwdefaults__", {"seconds": 0.5})
    SCENARIOS["months_open"].set_up(database)
    hook.waits = 2
    down = f"json://multitv:{SECRET}@127.0.0.1:{free_ports(1)[0]}"
    no_mail = (
        f"mailto://multitv:{SECRET}@127.0.0.1:{free_ports(1)[0]}?from=a@isp.example&to=b@isp.example&mode=insecure"
    )
    with pytest.raises(AlertNotSent, match=r"Channel 1 of 4 \(JSON\), Channel 2 of 4 \(JSON\), Channel 3 of 4"):
        run(database, settings(json_url(hook), down, no_mail, mail_url(mail)))
    assert len(mail.mails) == 1
    assert SECRET not in caplog.text


def test_a_run_that_is_killed_between_sending_and_writing_is_repeated(
    database: Database, hook: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    SCENARIOS["months_open"].set_up(database)
    given = settings(json_url(hook))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tell, "_ids", killed)
        with pytest.raises(KeyboardInterrupt):
            run(database, given)
    assert run(database, given, timedelta(minutes=5)) == Told(1, 1)
    assert len(hook.posts) == 2
    assert run(database, given, timedelta(minutes=10)) == Told(1, 0)


def test_two_runs_at_once_send_one_message(database: Database, hook: Received) -> None:
    SCENARIOS["months_open"].set_up(database)
    hook.waits = 0.3
    given = settings(json_url(hook))
    start = threading.Barrier(2)

    def at_once(_: int) -> Told | None:
        start.wait()
        return run(database, given)

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(at_once, range(2)))
    assert len(hook.posts) == 1
    assert Told(1, 1) in told


def test_a_kind_that_fails_stays_as_it_is_and_stops_no_other(
    database: Database, hook: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("months_open", "catalog_late"):
        SCENARIOS[kind].set_up(database)
    given = settings(json_url(hook))
    run(database, given)
    database.run("alter table billing.open_month rename to gone")
    database.run(SCENARIOS["catalog_late"].ends)
    with pytest.raises(AlertKindsFailed, match="months_open"):
        run(database, given, timedelta(minutes=5))
    assert hook.posts[1]["title"] == "Multi TV: 1 encerrado"
    assert database.run("select kind from alerts.alert where over_at is null") == [("months_open",)]


def test_without_addresses_nobody_is_told_and_the_alerts_are_kept(database: Database) -> None:
    SCENARIOS["months_open"].set_up(database)
    assert run(database, SETTINGS) == Told(1, 0)


def test_a_channel_that_is_added_is_told_what_is_open(database: Database, hook: Received, mail: Received) -> None:
    SCENARIOS["months_open"].set_up(database)
    run(database, settings(json_url(hook)))
    run(database, settings(mail_url(mail), json_url(hook)), timedelta(minutes=5))
    assert (len(hook.posts), len(mail.mails)) == (1, 1)


def test_two_channels_that_differ_in_a_secret_only_are_told_each(database: Database, hook: Received) -> None:
    SCENARIOS["months_open"].set_up(database)
    urls = [json_url(hook), json_url(hook).replace(SECRET, "outro")]
    hook.refuses = True
    with pytest.raises(AlertNotSent):
        run(database, settings(*urls))
    hook.refuses = False
    assert run(database, settings(*urls), timedelta(minutes=5)) == Told(1, 2)
    assert run(database, settings(*reversed(urls)), timedelta(minutes=10)) == Told(1, 0)


def test_what_identifies_a_channel_tells_nothing_without_the_key(
    hook: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = SecretStr(json_url(hook))
    ids = []
    for key in ("old", "new,old", "another"):
        monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", key)
        ids.append(open_channels(written)[0].id)
    assert ids[0] == ids[1] != ids[2]


def test_nothing_of_an_address_is_in_the_database(database: Database, hook: Received) -> None:
    SCENARIOS["months_open"].set_up(database)
    run(database, settings(json_url(hook)))
    [row] = database.run("select channel from alerts.told")
    assert len(row.channel) == 16
    assert SECRET not in row.channel


@pytest.mark.parametrize(
    ("written", "position"), [(f"nada://{SECRET}", "1 of 1"), (f"json://localhost, nada://{SECRET}/x", "2 of 2")]
)
def test_an_address_that_apprise_does_not_know_is_named_by_its_position(
    written: str, position: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BadAlertUrl, match=f"Address {position}") as refused:
        open_channels(SecretStr(written))
    assert SECRET not in str(refused.value)
    assert SECRET not in caplog.text


def test_addresses_stand_on_lines_or_between_blanks_and_commas() -> None:
    written = (
        "json://a.example/?x=1,2, json://b.example\n\nmailto://c:d@e.example?to=f@g.example,h@i.example ,json://j/\n"
    )
    assert [channel.name for channel in open_channels(SecretStr(written))] == [
        "Channel 1 of 4 (JSON)",
        "Channel 2 of 4 (JSON)",
        "Channel 3 of 4 (E-Mail)",
        "Channel 4 of 4 (JSON)",
    ]
    assert open_channels(None) == open_channels(SecretStr(" ")) == []


def test_a_heartbeat_is_one_request_and_its_address_is_in_no_error(hook: Received) -> None:
    url = f"http://127.0.0.1:{hook.port}/{SECRET}"
    assert beat(SecretStr(f"{url}\n"))
    assert hook.gets == [f"/{SECRET}"]
    hook.refuses = True
    with pytest.raises(HeartbeatNotSent, match="answered 503") as refused:
        beat(SecretStr(url))
    with pytest.raises(HeartbeatNotSent, match="ConnectionError") as unreachable:
        beat(SecretStr(f"http://127.0.0.1:{free_ports(1)[0]}/{SECRET}"))
    for error in (refused, unreachable):
        assert SECRET not in str(error.value)
        assert error.value.__cause__ is error.value.__context__ is None
    assert beat(None) is False


def test_a_database_that_is_down_is_an_error_that_says_so(engine: Engine) -> None:
    away = engine_for(engine.url.set(host="127.0.0.1", port=free_ports(1)[0], query={}))
    with pytest.raises(DatabaseUnavailable):
        tell.tell(away, SETTINGS, BASE_URL, NOW)
