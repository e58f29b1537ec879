"""The simulation of an evening: everything that is admitted is made, and more devices make waits shorter."""

from bot.jobs.job import JobState
from bot.store.database import Database
from bot.store.jobs import Jobs
from tests.harness.fixtures import database
from tools.simulation.queue_simulation import Kind, QueueSimulation, Scene

__all__ = ["database"]


async def simulated(database: Database, devices: int) -> QueueSimulation:
    """An evening of 20 members."""
    evening = QueueSimulation(database, Scene(servers=3, members=100, active=0.2, hours=0.1, devices=devices))
    await evening.run()
    return evening


async def test_every_admitted_job_is_made_and_more_devices_make_waits_shorter(database: Database) -> None:
    alone, many = await simulated(database, 1), await simulated(database, 4)
    done = await Jobs(database).in_state(JobState.DONE)
    waits = [[wait for kind in Kind for wait in evening.waits[kind]] for evening in (alone, many)]
    assert len(done) == sum(map(len, waits)) > 40
    assert sum(waits[1]) / len(waits[1]) < sum(waits[0]) / len(waits[0])


async def test_a_light_member_waits_less_than_a_heavy_one(database: Database) -> None:
    evening = await simulated(database, 1)
    light, heavy = evening.waits[Kind.LIGHT], evening.waits[Kind.HEAVY]
    assert sum(light) / len(light) < sum(heavy) / len(heavy)
