"""Small diagrams whose traces follow from the standard's text (formal/2011-01-03, chapter 13).

Each case names the section it was derived from. Nodes in braces may complete in any order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from token_state import Script

PROCESS = "Process Instantiation and Termination"
ACTIVITY = "Activities, Sequence Flow Considerations"
TASK = "Activities, Task"
SUB = "Activities, Sub-Process"
LOOP = "Activities, Loop Activity"
INSTANCES = "Activities, Multiple Instances Activity"
PARALLEL = "Gateways, Parallel Gateway"
EXCLUSIVE = "Gateways, Exclusive Gateway"
INCLUSIVE = "Gateways, Inclusive Gateway"
RACE = "Gateways, Event-Based Gateway"
INTERMEDIATE = "Events, Intermediate Events"
BOUNDARY = "Events, Intermediate Boundary Events"
END = "Events, End Events"

M = {"name": "M"}
SIGNAL = {"name": "S", "kind": "signal"}


@dataclass(frozen=True)
class Case:
    """A drawing and its only allowed outcome."""

    says: str
    section: str
    drawing: str
    trace: str
    waiting: str = ""
    status: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    messages: tuple[dict[str, Any], ...] = ()
    timers: bool = False
    after: dict[str, Any] | None = None

    @property
    def script(self) -> Script:
        return Script(self.answers, self.messages, self.timers)


FORK, NULL = "start s; and g; task a; task b; s > g > a; g > b;", {"t": None}
CASES = [
    # Where a process begins and ends
    Case("a process is over when no token remains", PROCESS, "start s; end e; s > e", "s e"),
    Case("without a start event all that nothing leads to begins", PROCESS,
         "task a; task b; task c; a > c", "{a b c}"),
    Case("a token at a node without a way out is consumed", PROCESS,
         "start s; task a; task b; s > a; s > b", "s {a b}"),
    Case("a process waits while one token remains", PROCESS,
         "start s; task a; task t; end e; s > a > e; s > t > e", "s a e", "t:task", answers=NULL),
    Case("every none end event consumes its own token only", END,
         "start s; and g; task a; task b; end e; end f; s > g > a > e; g > b > f",
         "s g {a b e f}"),
    # Activities and flows
    Case("several ways out of an activity are all taken", ACTIVITY,
         "start s; task t; task a; task b; s > t; t > a; t > b", "s t {a b}"),
    Case("several ways into an activity make an instance for each token", ACTIVITY,
         FORK + "task c; end e; a > c; b > c; c > e", "s g {a b c c e e}"),
    Case("conditional flows of an activity are taken where they hold", ACTIVITY,
         "start s; task t; task a; task b; task c; s > t; t > a if n > 0; t > b if n > 1;"
         "t > c default", "s t {a b}", data={"n": 2}),
    Case("the default flow of an activity is taken when nothing else is", ACTIVITY,
         "start s; task t; task a; task b; s > t; t > a if n > 0; t > b default", "s t b",
         data={"n": 0}),
    Case("the default flow of an activity is left when a condition holds", ACTIVITY,
         "start s; task t; task a; task b; s > t; t > a if n > 0; t > b default", "s t a",
         data={"n": 1}),
    Case("conditions see what the task just answered", ACTIVITY,
         "start s; user t; task a; task b; s > t; t > a if n > 0; t > b default", "s t a",
         data={"n": 0}, answers={"t": {"n": 1}}, after={"n": 1}),
    Case("a flow back to an activity makes it again", ACTIVITY,
         "start s; user t; xor x; end e; s > t > x; x > t if n < 3; x > e default",
         "s t x t x t x e", data={"n": 0}, answers={"t": [{"n": 1}, {"n": 2}, {"n": 3}]},
         after={"n": 3}),
    Case("a receive task waits for its message", TASK,
         "start s; receive r M; end e; s > r > e", "s", "r:message"),
    Case("a receive task is over with its message", TASK,
         "start s; receive r M; end e; s > r > e", "s r e", messages=(M,)),
    Case("a send task does not wait", TASK, "start s; send t; end e; s > t > e", "s t e"),
    # Sub-processes
    Case("a sub-process is over when it holds no token", SUB,
         "start s; sub u {; start i; task a; task b; i > a; i > b; }; end e; s > u > e",
         "s i {a b} u e"),
    Case("a sub-process with a waiting task is not over", SUB,
         "start s; sub u {; start i; task a; task t; i > a; i > t; }; end e; s > u > e",
         "s i a", "t:task", answers=NULL),
    Case("a sub-process without a start begins with all that nothing leads to", SUB,
         "start s; sub u {; task a; task b; }; end e; s > u > e", "s {a b} u e"),
    Case("two tokens make two instances of a sub-process", SUB,
         FORK + "sub u {; start i; task c; i > c; }; end e; a > u; b > u; u > e",
         "s g {a b i i c c u u e e}"),
    Case("a sub-process within a sub-process ends first", SUB,
         "start s; sub u {; sub v {; task a; }; task b; v > b; }; s > u", "s a v b u"),
    # Loops
    Case("a loop tests after the first round", LOOP,
         "start s; task t loop while n > 0; end e; s > t > e", "s t e", data={"n": 0}),
    Case("a loop that tests before may do nothing", LOOP,
         "start s; sub t loop before while n > 0 {; task a; }; end e; s > t > e", "s t e",
         data={"n": 0}),
    Case("a loop goes on while its condition holds", LOOP,
         "start s; user t loop while n < 3; end e; s > t > e", "s t t t e", data={"n": 0},
         answers={"t": [{"n": 1}, {"n": 2}, {"n": 3}]}, after={"n": 3}),
    Case("a loop that tests before counts its rounds the same", LOOP,
         "start s; user t loop before while n < 2; end e; s > t > e", "s t t e", data={"n": 0},
         answers={"t": [{"n": 1}, {"n": 2}]}, after={"n": 2}),
    Case("a loop stops at its maximum", LOOP,
         "start s; task t loop max=2 while n == 0; end e; s > t > e", "s t t e", data={"n": 0}),
    Case("the rounds of a sub-process follow one another", LOOP,
         "start s; sub u loop max=2 {; task a; task b; a > b; }; s > u", "s a b u a b u"),
    Case("a loop gives one token at its end", LOOP,
         "start s; task t loop max=3; task a; s > t > a", "s t t t a"),
    # Multi-instance
    Case("instances in parallel give one token when all are done", INSTANCES,
         "start s; task t mi=3; end e; s > t > e", "s t t t e"),
    Case("instances in sequence follow one another", INSTANCES,
         "start s; sub u seq=2 {; task a; task b; a > b; }; end e; s > u > e", "s a b u a b u e"),
    Case("the second instance in sequence begins only after the first", INSTANCES,
         "start s; user t seq=2; end e; s > t > e", "s", "t:task", answers=NULL),
    Case("all instances in parallel are open at once", INSTANCES,
         "start s; user t mi=2; end e; s > t > e", "s", "t:task t:task", answers=NULL),
    Case("the number of instances is an expression", INSTANCES,
         "start s; task t mi=n; end e; s > t > e", "s t t e", data={"n": 2}),
    Case("no instance is no obstacle", INSTANCES,
         "start s; sub u mi=0 {; task a; }; end e; s > u > e", "s u e"),
    Case("a completion condition cancels the instances that remain", INSTANCES,
         "start s; user t mi=3 until n == 1; end e; s > t > e", "s t e", data={"n": 0},
         answers={"t": [{"n": 1}, None]}, after={"n": 1}),
    Case("a completion condition spares the instances in sequence", INSTANCES,
         "start s; user t seq=3 until n == 2; end e; s > t > e", "s t t e", data={"n": 0},
         answers={"t": [{"n": 1}, {"n": 2}]}, after={"n": 2}),
    # Parallel gateways
    Case("a parallel split gives each way a token", PARALLEL, FORK, "s g {a b}"),
    Case("a parallel merge waits for a token from each way", PARALLEL,
         FORK + "and j; end e; a > j; b > j; j > e", "s g {a b} j e"),
    Case("a parallel merge takes one token from each way and leaves the rest", PARALLEL,
         FORK + "task c; and j; end e; a > c; b > c; c > j; a > j; j > e", "s g {a b c c j e}",
         status="waiting"),
    Case("a parallel merge without its second token never opens", PARALLEL,
         "start s; xor x; and j; task a; task b; end e; s > x; x > a if n > 0; x > b default;"
         "a > j; b > j; j > e", "s x a", status="waiting", data={"n": 1}),
    Case("two tokens on one way do not stand for two ways", PARALLEL,
         FORK + "xor m; xor x; task c; and j; a > m; b > m; m > x; x > j if n > 0; x > c default;"
         "c > j; end e; j > e", "s g {a b m m x x}", status="waiting", data={"n": 1}),
    Case("one gateway may merge and split", PARALLEL,
         FORK + "and j; task c; task d; a > j; b > j; j > c; j > d", "s g {a b} j {c d}"),
    # Exclusive gateways
    Case("the first condition that holds decides", EXCLUSIVE,
         "start s; xor x; task a; task b; s > x; x > a if n > 0; x > b if n > 1", "s x a",
         data={"n": 2}),
    Case("the default flow is taken when no condition holds", EXCLUSIVE,
         "start s; xor x; task a; task b; s > x; x > a default; x > b if n > 1", "s x a",
         data={"n": 0}),
    Case("the default flow is not tried before the others", EXCLUSIVE,
         "start s; xor x; task a; task b; s > x; x > a default; x > b if n > 1", "s x b",
         data={"n": 2}),
    Case("an exclusive gateway where nothing holds is an exception", EXCLUSIVE,
         "start s; xor x; task a; task b; s > x; x > a if n > 0; x > b if n > 1", "",
         status="failed", data={"n": 0}),
    Case("an exclusive merge lets each token through", EXCLUSIVE,
         FORK + "xor m; end e; a > m; b > m; m > e", "s g {a b m m e e}"),
    # Inclusive gateways
    Case("an inclusive split takes every way that holds", INCLUSIVE,
         "start s; or o; task a; task b; task c; s > o; o > a if n > 0; o > b if n > 1;"
         "o > c default", "s o {a b}", data={"n": 2}),
    Case("an inclusive split falls back on its default", INCLUSIVE,
         "start s; or o; task a; task b; s > o; o > a if n > 0; o > b default", "s o b",
         data={"n": 0}),
    Case("an inclusive split where nothing holds is an exception", INCLUSIVE,
         "start s; or o; task a; task b; s > o; o > a if n > 0; o > b if n > 1", "",
         status="failed", data={"n": 0}),
    Case("an inclusive merge waits for what may still come", INCLUSIVE,
         FORK + "or j; end e; a > j; b > j; j > e", "s g {a b} j e"),
    Case("an inclusive merge does not wait for what cannot come", INCLUSIVE,
         "start s; or o; task a; task b; or j; end e; s > o; o > a if n > 0; o > b default;"
         "a > j; b > j; j > e", "s o a j e", data={"n": 1}),
    Case("an inclusive merge waits for a task that nobody does", INCLUSIVE,
         "start s; and g; task a; task t; or j; end e; s > g > a > j; g > t > j; j > e", "s g a",
         "t:task", answers=NULL),
    Case("an inclusive merge does not wait for a token past it", INCLUSIVE,
         "start s; and g; task a; task t; xor m; or j; end e; s > g > a > j; g > m > t; j > e;"
         "xor k; s > k; k > j if n > 5; k > m default",
         "{s g a m m k j e}", "t:task t:task", data={"n": 0}, answers=NULL),
    Case("tokens that reach a full way hold nobody up", INCLUSIVE,
         "start s; and g; task t; xor m; or j; end e; s > g > m; g > t > m; m > j; xor x; g > x;"
         "x > j if n > 5; task c; x > c default; j > e", "s g {m x j e c}", "t:task",
         data={"n": 0}, answers=NULL),
    Case("a loop through the inclusive merge itself does not hold it up", INCLUSIVE,
         "start s; or j; user t; xor x; end e; s > j > t > x; x > j if n < 2; x > e default",
         "s j t x j t x e", data={"n": 0}, answers={"t": [{"n": 1}, {"n": 2}]}, after={"n": 2}),
    # Event-based gateways
    Case("an event-based gateway waits for each of its events", RACE,
         "start s; first g; catch message m M; catch timer i PT1H; s > g; g > m; g > i", "s",
         "m:message i:timer"),
    Case("the first event ends the wait for the others", RACE,
         "start s; first g; catch message m M; catch timer i PT1H; task a; task b; s > g;"
         "g > m > a; g > i > b", "s g m a", messages=(M,), timers=True),
    Case("without the message time decides", RACE,
         "start s; first g; catch message m M; catch timer i PT1H; task a; task b; s > g;"
         "g > m > a; g > i > b", "s g i b", timers=True),
    Case("a receive task may stand after an event-based gateway", RACE,
         "start s; first g; receive r M; catch signal i S; task a; task b; s > g; g > r > a;"
         "g > i > b", "s g r a", messages=(M,)),
    # Intermediate events
    Case("a catching event waits", INTERMEDIATE,
         "start s; catch message m M; end e; s > m > e", "s", "m:message"),
    Case("what a message brings is seen behind it", INTERMEDIATE,
         "start s; catch message m M; xor x; task a; task b; s > m > x; x > a if n > 0;"
         "x > b default", "s m x a", data={"n": 0}, messages=({**M, "payload": {"n": 1}},),
         after={"n": 1}),
    Case("a throwing event does not wait", INTERMEDIATE,
         "start s; throw a; throw message b M; throw signal c S; end e; s > a > b > c > e",
         "s a b c e"),
    Case("a link leads to the catching link of its name", INTERMEDIATE,
         "start s; throw link a L; catch link b L; catch link c K; end e; s > a; b > e; task t;"
         "throw link d K; s > t > d; c > e", "s {a b t d c e e}"),
    Case("several throwing links of one name lead to one catching link", INTERMEDIATE,
         FORK + "throw link d L; throw link h L; catch link c L; end e; a > d; b > h; c > e",
         "s g {a b d h c c e e}"),
    Case("the earliest timer comes first", INTERMEDIATE,
         "start s; and g; catch timer i PT2H; catch timer k PT1H; s > g; g > i; g > k", "s g k i",
         timers=True),
    Case("a signal reaches all that wait for it", INTERMEDIATE,
         "start s; and g; catch signal a S; catch signal b S; task c; s > g; g > a > c; g > b > c",
         "s g {a b c c}", messages=(SIGNAL,)),
    Case("a thrown signal reaches those who wait, in sub-processes too", INTERMEDIATE,
         "start s; and g; sub u {; catch signal a S; }; catch message m M; throw signal b S; s > g;"
         "g > u; g > m > b", "s g m {b a u}", messages=(M,)),
    Case("a message is consumed by one", INTERMEDIATE,
         "start s; catch message m M; catch message k M; s > m > k", "s m", "k:message",
         messages=(M,)),
    Case("a signal before the wait is lost", INTERMEDIATE,
         "start s; throw signal a S; catch signal b S; s > a > b", "s a", "b:signal"),
    # Boundary events
    Case("an interrupting event ends its activity", BOUNDARY,
         "start s; user t; on t message b M; task a; task c; s > t > a; b > c", "s b c",
         answers=NULL, messages=(M,)),
    Case("a boundary event is over with its activity", BOUNDARY,
         "start s; user t; on t timer b PT1H; task a; task c; s > t > a; b > c", "s t a",
         timers=True),
    Case("a non-interrupting event leaves its activity open", BOUNDARY,
         "start s; user t; on t message b M non; task a; task c; s > t > a; b > c", "s b c",
         "t:task b:message", answers=NULL, messages=(M,)),
    Case("a non-interrupting message may come again", BOUNDARY,
         "start s; user t; on t message b M non; task c; s > t; b > c", "s b c b c",
         "t:task b:message", answers=NULL, messages=(M, M)),
    Case("a non-interrupting timer comes once", BOUNDARY,
         "start s; user t; on t timer b PT1H non; task c; s > t; b > c", "s b c", "t:task",
         answers=NULL, timers=True),
    Case("an interrupting event on a sub-process ends all inside", BOUNDARY,
         "start s; sub u {; task t; catch message m N; }; on u signal b S; task a; task c;"
         "s > u > a; b > c", "s b c", answers=NULL, messages=(SIGNAL,)),
    Case("an interrupting event on many instances ends all of them", BOUNDARY,
         "start s; user t mi=3; on t timer b PT1H; task a; task c; s > t > a; b > c", "s b c",
         answers=NULL, timers=True),
    Case("an error ends the sub-process and goes on at its boundary", BOUNDARY,
         "start s; sub u {; task a; end error e X; task t; a > e; }; on u error b X; task c;"
         "s > u; b > c", "s a e b c", answers=NULL),
    Case("an error is caught by the nearest that names it", BOUNDARY,
         "start s; sub u {; sub v {; end error e X; }; on v error b Y; task a; b > a; };"
         "on u error c X; task d; s > u; c > d", "s e c d"),
    Case("an error without a name on the boundary catches any", BOUNDARY,
         "start s; sub u {; end error e X; }; on u error b; task c; s > u; b > c", "s e b c"),
    Case("an error in one instance ends all instances", BOUNDARY,
         "start s; sub u mi=2 {; catch message m M; end error e X; m > e; };"
         "on u error b X; task c; s > u; b > c", "s m e b c", messages=(M,)),
    Case("a non-interrupting escalation leaves the sub-process running", BOUNDARY,
         "start s; sub u {; task a; end escalation e X; a > e; }; on u escalation b X non; task c;"
         "task d; s > u > d; b > c", "s a e {u b c d}"),
    Case("an interrupting escalation ends the sub-process", BOUNDARY,
         "start s; sub u {; task a; end escalation e X; a > e; }; on u escalation b X; task c;"
         "task d; s > u > d; b > c", "s a e b c"),
    # End events
    Case("an escalation that nobody catches changes nothing", END,
         "start s; sub u {; end escalation e X; }; task d; s > u > d", "s e u d"),
    Case("a terminate end takes all tokens of its process", END,
         "start s; and g; task t; catch message m M; end terminate e; s > g; g > t; g > m > e",
         "s g m e", answers=NULL, messages=(M,)),
    Case("a terminate end in a sub-process ends that sub-process alone", END,
         "start s; and g; sub u {; task t; catch message m M; end terminate e; m > e; }; task a;"
         "task r; s > g; g > u > a; g > r", "s g m e u a", "r:task",
         answers={"t": None, "r": None}, messages=(M,)),
    Case("a terminate end in one instance leaves the other instances", END,
         "start s; sub u mi=2 {; catch message m M; end terminate e; task t; m > e; };"
         "task a; s > u > a", "s m e u", "m:message t:task", answers=NULL, messages=(M,)),
    Case("a message end event does not wait", END, "start s; end message e M; s > e", "s e"),
    Case("a signal end event reaches who waits", END,
         "start s; and g; catch signal a S; catch message m M; end signal e S; s > g; g > a;"
         "g > m > e", "s g m e a", messages=(M,)),
]  # fmt: skip
