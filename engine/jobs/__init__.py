"""Background jobs (việc nền): rows are the truth, jobs only wake whoever works on them.

The only home of procrastinate, whose job tables stand in the same PostgreSQL: a job is deferred in
the transaction of the command that needs it, and any number of machines take jobs from there.
The worker is not imported here: those who only wake do without what it needs.
"""

from engine.jobs.calls import Calls
from engine.jobs.deliveries import Deliveries
from engine.jobs.downloads import Downloads
from engine.jobs.forgetting import Forgetting
from engine.jobs.portal import PortalSync
from engine.jobs.timers import Timers
from engine.jobs.turns import Turns
from engine.jobs.waking import wake, wake_calls, wake_node, wake_portal

__all__ = [
    "Calls", "Deliveries", "Downloads", "Forgetting", "PortalSync", "Timers", "Turns", "wake",
    "wake_calls", "wake_node", "wake_portal",
]
