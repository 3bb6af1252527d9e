"""Times are printed as AWS prints them; waits are scaled."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

from emulator.clock import Clock, epoch_milliseconds, iso_milliseconds, iso_seconds

MOMENT = datetime(2020, 4, 10, 19, 6, 32, 563_999, tzinfo=UTC)


def test_the_forms_of_aws():
    assert iso_milliseconds(MOMENT) == "2020-04-10T19:06:32.563+0000"
    assert iso_seconds(MOMENT) == "2020-04-10T19:06:32+0000"
    assert epoch_milliseconds(datetime(2020, 1, 1, microsecond=333_000, tzinfo=UTC)) == 1577836800.333


def test_another_zone_is_told_in_utc():
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=2)))
    assert iso_milliseconds(elsewhere) == iso_milliseconds(MOMENT)


def test_now_is_in_utc_and_never_scaled():
    assert Clock(0.001).now().utcoffset() == timedelta(0)
    assert abs(Clock(0.001).now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_waits_are_scaled_and_can_be_given_up():
    async def run():
        clock, called = Clock(time_scale=0.0001), []
        clock.call_later(100, called.append, "yes")
        clock.call_later(100, called.append, "no").cancel()
        await asyncio.sleep(clock.scaled(500))
        return called

    assert asyncio.run(run()) == ["yes"]
