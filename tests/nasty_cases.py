"""Drawings made to be read wrongly, each with the trace that BPMN 2.0.2 gives it.

Lines of `flow_drawings` stand with bars between them, `<many 3/>` is a multi-instance mark. `trace`
names the nodes that completed, `x` before those that were cancelled; `waiting` what stands open in
the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """A drawing by lines, what is done to it, and what then must have happened."""

    says: str
    lines: str
    trace: str = ""
    waiting: str = ""
    status: str = "completed"
    extra: str = ""
    request: dict[str, Any] = field(default_factory=dict)


CASES = [
    Case(
        'event sub non-interrupting twice',
        (
            'start S | user A | sub V event { | start VS soft message:M | task VT | VS -> VT | }'
            ' | S -> A'
        ),
        trace='S VS VT V VS VT V',
        waiting='A VS',
        status='waiting',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'}, {'name': 'M'})},
    ),
    Case(
        'interrupting event sub twice msgs',
        'start S | user A | sub V event { | start VS message:M | user VT | VS -> VT | } | S -> A',
        trace='S xA VS',
        waiting='VT',
        status='waiting',
        request={'answers': {'A': None, 'VT': None}, 'messages': ({'name': 'M'}, {'name': 'M'})},
    ),
    Case(
        'boundary msg on MI call activity (global task)',
        (
            'start S | call C calledElement=G <many 3/> | boundary B on=C message:M | task H | S'
            ' -> C | B -> H'
        ),
        trace='S xG xC#0 xG xC#1 xG xC#2 B H',
        extra='<globalUserTask id="G" name="g"/>',
        request={'answers': {'G': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'escalation through two scopes, noninterrupting outer',
        (
            'start S | sub X { | sub Y { | throw T escalation:E | user K | T -> K | } | } | '
            'boundary B on=X soft escalation:E | task H | S -> X | B -> H'
        ),
        trace='S T B H',
        waiting='K',
        status='waiting',
        request={'answers': {'K': None}},
    ),
    Case(
        'escalation inner catches, outer not',
        (
            'start S | sub X { | sub Y { | throw T escalation:E | } | boundary BI on=Y soft '
            'escalation:E | task HI | BI -> HI | } | boundary B on=X soft escalation:E | task H '
            '| S -> X | B -> H'
        ),
        trace='S T BI Y HI X',
    ),
    Case(
        'terminate in parallel MI sub',
        (
            'start S | sub X <many 3/> { | xor G | user U | end TE terminate | G -> TE : '
            'loopCounter == 0 | G -> U | } | S -> X'
        ),
        trace='S G G G TE X#0',
        waiting='U U',
        status='waiting',
        request={'answers': {'U': None}},
    ),
    Case(
        'terminate end top with subs',
        'start S | and G | sub X { | user U | } | end TE terminate | S -> G | G -> X | G -> TE',
        trace='S G TE xU xX',
        request={'answers': {'U': None}},
    ),
    Case(
        'compensation after loop',
        (
            'start S | task A <standardLoopCharacteristics loopMaximum="3"/> | boundary B on=A '
            'compensate | task U isForCompensation=true | B ~> U | throw C compensate:A | S -> A'
            ' | A -> C'
        ),
        trace='S A#0 A#1 A#2 U U U C',
    ),
    Case(
        'event gateway receive+timer',
        (
            'start S | race G | receive R messageRef=M | catch T timer:PT1H | task X | task Y | '
            'S -> G | G -> R | G -> T | R -> X | T -> Y'
        ),
        trace='S G R X',
        extra='<message id="M" name="M"/>',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'event gateway timer wins',
        (
            'start S | race G | receive R messageRef=M | catch T timer:PT1H | task X | task Y | '
            'S -> G | G -> R | G -> T | R -> X | T -> Y'
        ),
        trace='S G T Y',
        extra='<message id="M" name="M"/>',
        request={'fire_timers': True},
    ),
    Case(
        'nested inclusive with default',
        (
            'start S | or O default=O_C | or I default=I_E | task C | task D | task E | or J | '
            'task Z | S -> O | O -> I : a | O_C: O -> C | I -> D : b | I_E: I -> E | D -> J | E '
            '-> J | C -> J | J -> Z'
        ),
        trace='S O C J Z',
        request={'data': {'a': False, 'b': True}},
    ),
    Case(
        'nested inclusive default inner',
        (
            'start S | or O default=O_C | or I default=I_E | task C | task D | task E | or J | '
            'task Z | S -> O | O -> I : a | O_C: O -> C | I -> D : b | I_E: I -> E | D -> J | E '
            '-> J | C -> J | J -> Z'
        ),
        trace='S O I E J Z',
        request={'data': {'a': True, 'b': False}},
    ),
    Case(
        'complex reset two rounds',
        (
            'start S | and F | task A | task B | task C | complex K '
            '<activationCondition>activationCount >= 2</activationCondition> | task Z | S -> F |'
            ' F -> A | F -> B | F -> C | A -> K | B -> K | C -> K | K -> Z'
        ),
        trace='S F A B K C Z',
    ),
    Case(
        'link crossing',
        'start S | sub X { | throw L link:Q | } | catch M link:Q | task Z | S -> X | M -> Z',
        trace='',
        status='failed',
    ),
    Case(
        'signal thrown and caught at once same process',
        (
            'start S | and F | throw T signal:G | catch C signal:G | task Z | S -> F | F -> T | '
            'F -> C | C -> Z'
        ),
        trace='S F T C Z',
    ),
    Case(
        'message to itself',
        (
            'start S | and F | throw T message:M | catch C message:M | task Z | S -> F | F -> T '
            '| F -> C | C -> Z'
        ),
        trace='S F T C Z',
    ),
    Case(
        'adhoc completion cancel rest',
        (
            'start S | adhoc X <completionCondition>done</completionCondition> { | script A done'
            ' = True | user B | } | task Z | S -> X | X -> Z'
        ),
        trace='S A xB X Z',
        request={'answers': {'B': None}, 'data': {'done': False}},
    ),
    Case(
        'adhoc no cancel',
        (
            'start S | adhoc X cancelRemainingInstances=false '
            '<completionCondition>done</completionCondition> { | script A done = True | user B |'
            ' } | task Z | S -> X | X -> Z'
        ),
        trace='S A',
        waiting='B',
        status='waiting',
        request={'answers': {'B': None}, 'data': {'done': False}},
    ),
    Case(
        'loop testBefore max',
        (
            'start S | task A <standardLoopCharacteristics testBefore="true" '
            'loopMaximum="2"><loopCondition>true</loopCondition></standardLoopCharacteristics> |'
            ' S -> A'
        ),
        trace='S A#0 A#1',
    ),
    Case(
        'loop testBefore false cond',
        (
            'start S | task A <standardLoopCharacteristics '
            'testBefore="true"><loopCondition>false</loopCondition></standardLoopCharacteristi'
            'cs> | task Z | S -> A | A -> Z'
        ),
        trace='S A Z',
    ),
    Case(
        'call global script',
        'start S | call C calledElement=G | S -> C',
        trace='S G C',
        extra='<globalScriptTask id="G"><script>x = 2</script></globalScriptTask>',
    ),
    Case(
        'transaction cancel',
        (
            'start S | transaction X { | task A | boundary B on=A compensate | task U '
            'isForCompensation=true | B ~> U | end E cancel | A -> E | } | boundary BC on=X '
            'cancel | task H | task Z | S -> X | X -> Z | BC -> H'
        ),
        trace='S A U E xX BC H',
    ),
    Case(
        'conditional already true',
        'start S | catch C conditional:x == 1 | task Z | S -> C | C -> Z',
        trace='S C Z',
        request={'data': {'x': 1}},
    ),
    Case(
        'boundary timer cycle',
        'start S | user A | boundary B on=A soft cycle:R3/PT1H | task H | S -> A | B -> H',
        trace='S B H B H B H',
        waiting='A',
        status='waiting',
        request={'answers': {'A': None}, 'fire_timers': True},
    ),
    Case(
        'xor none true no default',
        'start S | xor G | task A | task B | S -> G | G -> A : x == 1 | G -> B : x == 2',
        trace='S G',
        status='failed',
        request={'data': {'x': 3}},
    ),
    Case(
        'two ends w terminate in sub',
        (
            'start S | sub X { | and F | user U | end E1 | end E2 terminate | F -> U | U -> E1 |'
            ' F -> E2 | } | task Z | S -> X | X -> Z'
        ),
        trace='S F E2 xU X Z',
        request={'answers': {'U': None}},
    ),
    Case(
        'error in MI seq caught on boundary',
        (
            'start S | sub X <many 3 seq/> { | xor G | end E1 error:R | end OK | G -> E1 : '
            'loopCounter == 1 | G -> OK | } | boundary B on=X error:R | task H | S -> X | B -> H'
        ),
        trace='S G OK X#0 G E1 xX#1 B H',
    ),
    Case(
        'noninterrupting msg event sub inside sub after sub ends',
        (
            'start S | sub X { | task A | sub V event { | start VS soft message:M | user VT | VS'
            ' -> VT | } | } | task Z | S -> X | X -> Z'
        ),
        trace='S A X Z',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'noninterrupting event sub keeps sub alive',
        (
            'start S | sub X { | user A | sub V event { | start VS soft message:M | user VT | VS'
            ' -> VT | } | } | task Z | S -> X | X -> Z'
        ),
        trace='S VS',
        waiting='A VT VS',
        status='waiting',
        request={'answers': {'VT': None, 'A': [None, {}]}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'error event sub catches own scope error',
        (
            'start S | sub X { | end T error:R | sub V event { | start VS error:R | task VT | VS'
            ' -> VT | } | } | S -> X'
        ),
        trace='S T VS VT V X',
    ),
    Case(
        'signal boundary noninterrupting heard thrice',
        'start S | user A | boundary B on=A soft signal:G | task H | S -> A | B -> H',
        trace='S B H B H B H',
        waiting='A B',
        status='waiting',
        request={
            'answers': {'A': None},
            'messages': ({'name': 'G', 'kind': 'signal'},) * 3,
        },
    ),
    Case(
        'event-sub timer noninterrupting cycle',
        (
            'start S | user A | sub V event { | start VS soft cycle:R2/PT1H | task VT | VS -> VT'
            ' | } | S -> A'
        ),
        trace='S VS VT V VS VT V',
        waiting='A',
        status='waiting',
        request={'answers': {'A': None}, 'fire_timers': True},
    ),
    Case(
        'parallel multi instance completion cond counts',
        (
            'start S | user A <multiInstanceLoopCharacteristics '
            'isSequential="false"><loopCardinality>4</loopCardinality><completionCondition>num'
            'berOfCompletedInstances == '
            '2</completionCondition></multiInstanceLoopCharacteristics> | task Z | S -> A | A ->'
            ' Z'
        ),
        trace='S A#0 A#1 xA#2 xA#3 Z',
    ),
    Case(
        'boundary on sub w/ inner token at join',
        (
            'start S | sub X { | and F | user A | user B | and J | F -> A | F -> B | A -> J | B '
            '-> J | } | boundary T on=X timer:PT1H | task H | S -> X | T -> H'
        ),
        trace='S F A xB xX T H',
        request={'answers': {'B': None}, 'fire_timers': True},
    ),
    Case(
        'inclusive after event gateway + loop',
        (
            'start S | or O | task A | user B | or J | task Z | S -> O | O -> A : true | O -> B '
            ': true | A -> J | B -> J | J -> Z'
        ),
        trace='S O A',
        waiting='B',
        status='waiting',
        request={'answers': {'B': None}},
    ),
    Case(
        'multiple outgoing from start',
        'start S | task A | task B | S -> A | S -> B',
        trace='S A B',
    ),
    Case(
        'multiple outgoing from boundary',
        (
            'start S | user U | boundary B on=U message:M | task A | task C | S -> U | B -> A | '
            'B -> C'
        ),
        trace='S xU B A C',
        request={'messages': ({'name': 'M'},), 'answers': {'U': None}},
    ),
    Case(
        'compensation throw for sub (default handlers)',
        (
            'start S | sub X { | task A | boundary B on=A compensate | task U '
            'isForCompensation=true | B ~> U | } | throw C compensate | S -> X | X -> C'
        ),
        trace='S A X U C',
    ),
    Case(
        'compensation not-completed activity',
        (
            'start S | and F | user A | boundary B on=A compensate | task U '
            'isForCompensation=true | B ~> U | throw C compensate | S -> F | F -> A | F -> C'
        ),
        trace='S F C',
        waiting='A',
        status='waiting',
        request={'answers': {'A': None}},
    ),
    Case(
        'error end inside event sub propagates outwards',
        (
            'start S | sub X { | user A | sub V event { | start VS message:M | end VE error:R | '
            'VS -> VE | } | } | boundary B on=X error:R | task H | S -> X | B -> H'
        ),
        trace='S xA VS VE xV xX B H',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'two interrupting boundary on same',
        (
            'start S | user A | boundary B1 on=A message:M | boundary B2 on=A message:Q | task H'
            ' | task I | S -> A | B1 -> H | B2 -> I'
        ),
        trace='S xA B1 H',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'}, {'name': 'Q'})},
    ),
    Case(
        'conditional boundary true at start',
        'start S | user A | boundary B on=A conditional:x == 1 | task H | S -> A | B -> H',
        trace='S xA B H',
        request={'data': {'x': 1}, 'answers': {'A': None}},
    ),
    Case(
        'escalation end noncaught in called',
        'start S | call C calledElement=G | task Z | S -> C | C -> Z',
        trace='S g1 g2 C Z',
        extra=(
            '<escalation id="E" escalationCode="E"/><process id="G" '
            'isExecutable="true"><startEvent id="g1"/><endEvent '
            'id="g2"><escalationEventDefinition escalationRef="E"/></endEvent><sequenceFlow '
            'id="gf" sourceRef="g1" targetRef="g2"/></process>'
        ),
    ),
    Case(
        'terminate in called process ends only called',
        'start S | call C calledElement=G | task Z | S -> C | C -> Z',
        trace='S g1 g2 xgu C Z',
        extra=(
            '<process id="G" isExecutable="true"><startEvent id="g1"/><userTask '
            'id="gu"/><endEvent id="g2"><terminateEventDefinition/></endEvent><sequenceFlow '
            'id="gf" sourceRef="g1" targetRef="g2"/><sequenceFlow id="gf2" sourceRef="g1" '
            'targetRef="gu"/></process>'
        ),
    ),
    Case(
        'signal crosses called process',
        (
            'start S | and F | call C calledElement=G | throw T signal:G1 | user U | S -> F | F '
            '-> C | F -> U | U -> T'
        ),
        trace='S F g1 U T gc C',
        extra=(
            '<process id="G" isExecutable="true"><startEvent id="g1"/><intermediateCatchEvent '
            'id="gc"><signalEventDefinition '
            'signalRef="G1"/></intermediateCatchEvent><sequenceFlow id="gf" sourceRef="g1" '
            'targetRef="gc"/></process>'
        ),
    ),
    Case(
        'receive instantiate',
        'receive R messageRef=M instantiate=true | task Z | R -> Z',
        trace='R Z',
        extra='<message id="M" name="M"/>',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'parallel event-based start refused',
        (
            'race G instantiate=true eventGatewayType=Parallel | catch A message:M | catch B '
            'message:Q | G -> A | G -> B'
        ),
        trace='',
        status='failed',
    ),
    Case(
        'two starts one plain one message',
        'start S | start T message:M | task A | task B | S -> A | T -> B',
        trace='S A T B',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'sub with two starts',
        (
            'start S | sub X { | start S1 | start S2 | task A | task B | S1 -> A | S2 -> B | } |'
            ' S -> X'
        ),
        trace='S S1 S2 A B X',
    ),
    Case(
        'error code none catcher last',
        (
            'start S | sub X { | end E error:R | } | boundary B1 on=X <errorEventDefinition/> | '
            'boundary B2 on=X error:R | task H | task I | S -> X | B1 -> H | B2 -> I'
        ),
        trace='S E xX B2 I',
    ),
    Case(
        'MI sub output aggregated',
        'start S | sub X <many 3 seq/> { | script A t = t + loopCounter | } | S -> X',
        trace='S A X#0 A X#1 A X#2',
        request={'data': {'t': 0}},
    ),
    Case(
        'xor merge doubles',
        'start S | and F | xor M | task Z | S -> F | F -> M | A0: F -> M | M -> Z',
        trace='S F M M Z Z',
    ),
    Case(
        'parallel join 2 tokens same arc',
        (
            'start S | and F | xor M | user U | and J | task Z | S -> F | F -> M | A0: F -> M | '
            'F -> U | M -> J | U -> J | J -> Z'
        ),
        trace='S F M M U J Z',
        status='waiting',
        request={'answers': {}},
    ),
    Case(
        'boundary compensation + throw in event sub',
        (
            'start S | task A | boundary B on=A compensate | task U isForCompensation=true | B '
            '~> U | user W | sub V event { | start VS message:M | throw C compensate | VS -> C |'
            ' } | S -> A | A -> W'
        ),
        trace='S A xW VS U C V',
        request={'answers': {'W': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'compensate in order after parallel',
        (
            'start S | and F | task A | boundary BA on=A compensate | task UA '
            'isForCompensation=true | BA ~> UA | task B | boundary BB on=B compensate | task UB '
            'isForCompensation=true | BB ~> UB | and J | end E compensate | S -> F | F -> A | F '
            '-> B | A -> J | B -> J | J -> E'
        ),
        trace='S F A B J UB UA E',
    ),
    Case(
        'nested transaction cancel outer no',
        (
            'start S | transaction X { | transaction Y { | end YE cancel | } | boundary YB on=Y '
            'cancel | task H | YB -> H | } | task Z | S -> X | X -> Z'
        ),
        trace='S YE xY YB H X Z',
    ),
    Case(
        'hazard in transaction: error boundary',
        (
            'start S | transaction X { | task A | boundary BA on=A compensate | task UA '
            'isForCompensation=true | BA ~> UA | end E error:R | A -> E | } | boundary B on=X '
            'error:R | task H | S -> X | B -> H'
        ),
        trace='S A E xX B H',
    ),
    Case(
        'adhoc sequential cond',
        (
            'start S | adhoc X ordering=Sequential <completionCondition>n &gt;= '
            '2</completionCondition> { | script A n = n + 1 | script B n = n + 1 | script C n = '
            'n + 1 | } | task Z | S -> X | X -> Z'
        ),
        trace='S A B X Z',
        request={'data': {'n': 0}},
    ),
    Case(
        'adhoc with inner flow',
        'start S | adhoc X { | task A | task B | task C | A -> B | } | task Z | S -> X | X -> Z',
        trace='S A C B X Z',
    ),
    Case(
        'isInterrupting escalation event sub nonint continues thrower',
        (
            'start S | throw T escalation:E | task Z | sub V event { | start VS soft '
            'escalation:E | task VT | VS -> VT | } | S -> T | T -> Z'
        ),
        trace='S T VS Z VT V',
    ),
    Case(
        'interrupting escalation event sub kills thrower',
        (
            'start S | throw T escalation:E | task Z | sub V event { | start VS escalation:E | '
            'task VT | VS -> VT | } | S -> T | T -> Z'
        ),
        trace='S T VS VT V',
    ),
    Case(
        'timer date in past',
        'start S | catch C date:2020-01-01T00:00:00Z | task Z | S -> C | C -> Z',
        trace='S C Z',
        request={'fire_timers': True},
    ),
    Case(
        'MI over empty list',
        'start S | user A <many 0/> | task Z | S -> A | A -> Z',
        trace='S A Z',
    ),
    Case(
        'loop sub with boundary',
        (
            'start S | sub X <standardLoopCharacteristics loopMaximum="5"/> { | user A | } | '
            'boundary B on=X message:M | task H | S -> X | B -> H'
        ),
        trace='S A X#0 A X#1 xA xX#2 B H',
        request={'answers': {'A': [{}, {}, None]}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'inclusive join token dies elsewhere',
        (
            'start S | or O | task A | user B | end EB | or J | task Z | xor X | S -> O | O -> A'
            ' : true | O -> B : true | A -> J | B -> X | X -> EB : true | X -> J | J -> Z'
        ),
        trace='S O A B X EB J Z',
    ),
    Case(
        'event sub triggered in MI instance by message',
        (
            'start S | sub X <many 2/> { | user A | sub V event { | start VS soft message:M | '
            'user VT | VS -> VT | } | } | S -> X'
        ),
        trace='S VS',
        waiting='A A VT VS VS',
        status='waiting',
        request={'answers': {'A': None, 'VT': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'signal to MI instances',
        (
            'start S | sub X <many 2/> { | user A | sub V event { | start VS soft signal:G | '
            'user VT | VS -> VT | } | } | S -> X'
        ),
        trace='S VS VS',
        waiting='A A VT VT VS VS',
        status='waiting',
        request={
            'answers': {'A': None, 'VT': None},
            'messages': ({'name': 'G', 'kind': 'signal'},),
        },
    ),
    Case(
        'non-interrupting boundary message on receive task',
        (
            'start S | receive R messageRef=M | boundary B on=R soft message:Q | task H | S -> R'
            ' | B -> H'
        ),
        trace='S B H',
        waiting='R B',
        status='waiting',
        extra='<message id="M" name="M"/>',
        request={'messages': ({'name': 'Q'},)},
    ),
    Case(
        'boundary on sub waiting at event gateway',
        (
            'start S | sub X { | race G | catch A message:M | catch B message:Q | G -> A | G -> '
            'B | } | boundary T on=X timer:PT1H | task H | S -> X | T -> H'
        ),
        trace='S xG xX T H',
        request={'fire_timers': True},
    ),
    Case(
        'send task to own process start via signal',
        'start S signal:G | throw T signal:Q | S -> T',
        trace='S T',
        request={'messages': ({'name': 'G', 'kind': 'signal'},)},
    ),
    Case(
        'error boundary on call activity: error thrown w/o code',
        (
            'start S | sub X { | end E <errorEventDefinition/> | } | boundary B on=X error:R | '
            'boundary B2 on=X <errorEventDefinition/> | task H | task I | S -> X | B -> H | B2 '
            '-> I'
        ),
        trace='S E xX B2 I',
    ),
    Case(
        'multiple boundary definitions',
        'start S | user A | boundary B on=A message:M timer:PT1H | task H | S -> A | B -> H',
        trace='S xA B H',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'parallelMultiple boundary',
        (
            'start S | user A | boundary B on=A parallelMultiple=true message:M message:Q | task'
            ' H | S -> A | B -> H'
        ),
        trace='S xA B H',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'}, {'name': 'Q'})},
    ),
    Case(
        'throw multiple',
        'start S | throw T signal:G escalation:E | task Z | S -> T | T -> Z',
        trace='S T Z',
    ),
    Case(
        'end multiple w terminate',
        'start S | and F | user U | end E signal:G terminate | S -> F | F -> U | F -> E',
        trace='S F E xU',
        request={'answers': {'U': None}},
    ),
    Case(
        'default flow with condition on it',
        (
            'start S | xor G default=G_A | task A | task B | S -> G | G_A: G -> A : false | G ->'
            ' B : false'
        ),
        trace='S G A',
    ),
    Case(
        'join waiting token cancelled by boundary frees',
        (
            'start S | and F | task A | user U | boundary B on=U message:M | and J | task Z | S '
            '-> F | F -> A | F -> U | A -> J | U -> J | B -> J | J -> Z'
        ),
        trace='S F A xU B',
        status='waiting',
        request={'answers': {'U': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'condition behind a gateway that is true',
        (
            'start S | and F | user A | boundary B on=A soft conditional:x == 1 | task H | '
            'script P1 x = 1 | script Q1 x = 0 | script R1 x = 1 | S -> F | F -> A | F -> P1 | '
            'P1 -> Q1 | Q1 -> R1 | B -> H'
        ),
        trace='S F P1 B Q1 R1 B H H',
        waiting='A B',
        status='waiting',
        request={'answers': {'A': None}, 'data': {'x': 0}},
    ),
    Case(
        'condition behind a gateway that is true',
        (
            'start S | race G | catch A conditional:x == 1 | catch B message:M | task P1 | task '
            'Q1 | S -> G | G -> A | G -> B | A -> P1 | B -> Q1'
        ),
        trace='S G A P1',
        request={'data': {'x': 1}},
    ),
    Case(
        'error in called caught by event sub of caller',
        (
            'start S | call C calledElement=G | sub V event { | start VS error:R | task VT | VS '
            '-> VT | } | S -> C'
        ),
        trace='S g1 g2 xC VS VT V',
        extra=(
            '<process id="G" isExecutable="true"><startEvent id="g1"/><endEvent '
            'id="g2"><errorEventDefinition errorRef="R"/></endEvent><sequenceFlow id="g1_g2" '
            'sourceRef="g1" targetRef="g2"/></process>'
        ),
    ),
    Case(
        'event sub in called process by message',
        'start S | call C calledElement=G | task Z | S -> C | C -> Z',
        trace='S g1 xgu gs gv C Z',
        extra=(
            '<message id="M" name="M"/><process id="G" isExecutable="true"><startEvent '
            'id="g1"/><userTask id="gu"/><sequenceFlow id="g1_gu" sourceRef="g1" '
            'targetRef="gu"/><subProcess id="gv" triggeredByEvent="true"><startEvent '
            'id="gs"><messageEventDefinition '
            'messageRef="M"/></startEvent></subProcess></process>'
        ),
        request={'answers': {'gu': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'transaction MI cancel in one',
        (
            'start S | transaction X <many 3/> { | xor Q | user U | end E cancel | Q -> E : '
            'loopCounter == 1 | Q -> U | } | boundary B on=X cancel | task H | S -> X | B -> H'
        ),
        trace='S Q Q Q E xU xX#0 xX#1 xU xX#2 B H',
        request={'answers': {'U': None}},
    ),
    Case(
        'compensation handler is sub-process',
        (
            'start S | task A | boundary B on=A compensate | sub U isForCompensation=true { | '
            'task U1 | } | B ~> U | throw C compensate | S -> A | A -> C'
        ),
        trace='S A U1 U C',
    ),
    Case(
        'error thrown in compensation handler caught at handler border',
        (
            'start S | task A | boundary B on=A compensate | sub U isForCompensation=true { | '
            'end UE error:R | } | B ~> U | boundary BU on=U error:R | task UH | BU -> UH | throw'
            ' C compensate | task Z | C -> Z | S -> A | A -> C'
        ),
        trace='S A UE xU BU C UH Z',
    ),
    Case(
        'link same name two scopes',
        (
            'start S | sub X { | throw T link:L | catch C link:L | task XA | C -> XA | } | throw'
            ' T2 link:L | catch C2 link:L | task ZA | S -> X | X -> T2 | C2 -> ZA'
        ),
        trace='S T C XA X T2 C2 ZA',
    ),
    Case(
        'noninterrupting boundary into inclusive join',
        (
            'start S | user A | boundary B on=A soft message:M | task H | or J | task Z | S -> A'
            ' | A -> J | B -> H | H -> J | J -> Z'
        ),
        trace='S B H',
        waiting='A B',
        status='waiting',
        request={'answers': {'A': [None]}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'send MI',
        'start S | send A messageRef=M <many 2/> | task Z | S -> A | A -> Z',
        trace='S A#0 A#1 Z',
        extra='<message id="M" name="M"/>',
    ),
    Case(
        'receive MI seq',
        'start S | receive A messageRef=M <many 2 seq/> | task Z | S -> A | A -> Z',
        trace='S A#0 A#1 Z',
        extra='<message id="M" name="M"/>',
        request={'messages': ({'name': 'M'}, {'name': 'M'})},
    ),
    Case(
        'receive MI par one msg each',
        'start S | receive A messageRef=M <many 2/> | task Z | S -> A | A -> Z',
        trace='S A#0',
        waiting='A',
        status='waiting',
        extra='<message id="M" name="M"/>',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'event sub conditional already true at start',
        (
            'start S | user A | sub V event { | start VS conditional:x == 1 | task VT | VS -> VT'
            ' | } | S -> A'
        ),
        trace='xS VS VT V',
        request={'data': {'x': 1}, 'answers': {'A': None}},
    ),
    Case(
        'parallel gw w/ conditions ignored',
        'start S | and F | task A | task B | S -> F | F -> A : false | F -> B : true',
        trace='S F A B',
    ),
    Case(
        'start w/o outgoing',
        'start S',
        trace='S',
    ),
    Case(
        'intermediate event with two outgoing',
        'start S | catch C message:M | task A | task B | S -> C | C -> A | C -> B',
        trace='S C A B',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'conditional flows from event',
        'start S | throw T | task A | task B | S -> T | T -> A : x == 1 | T -> B : x == 2',
        trace='S T A',
        request={'data': {'x': 1}},
    ),
    Case(
        'two tokens sub with boundary msg',
        (
            'start S | and F | xor M | sub X { | user A | } | boundary B on=X message:Q | task H'
            ' | S -> F | F -> M | F2: F -> M | M -> X | B -> H'
        ),
        trace='S F M M xA xX B H',
        waiting='A B',
        status='waiting',
        request={'answers': {'A': None}, 'messages': ({'name': 'Q'},)},
    ),
    Case(
        'adhoc with event inside',
        'start S | adhoc X { | catch C message:M | task A | C -> A | } | S -> X',
        trace='S C A X',
        request={'messages': ({'name': 'M'},)},
    ),
    Case(
        'error end in parallel branch top w/o catcher',
        'start S | and F | user U | end E error:R | S -> F | F -> U | F -> E',
        trace='S F E xU',
        request={'answers': {'U': None}},
    ),
    Case(
        'sub with inclusive join & boundary escalate',
        (
            'start S | or O | sub X { | throw T escalation:E | user K | T -> K | } | boundary B '
            'on=X soft escalation:E | task H | task A | or J | task Z | S -> O | O -> X : true |'
            ' O -> A : true | X -> J | A -> J | B -> H | H -> J | J -> Z'
        ),
        trace='S O T B A H',
        waiting='K',
        status='waiting',
        request={'answers': {'K': None}},
    ),
    Case(
        'loop condition at end with boundary esc',
        (
            'start S | sub X <standardLoopCharacteristics><loopCondition>n &lt; '
            '3</loopCondition></standardLoopCharacteristics> { | script A n = n + 1 | } | task Z'
            ' | S -> X | X -> Z'
        ),
        trace='S A X#0 A X#1 A X#2 Z',
        request={'data': {'n': 0}},
    ),
    Case(
        'standard loop on call',
        'start S | call C calledElement=G <standardLoopCharacteristics loopMaximum="2"/> | S -> C',
        trace='S G C#0 G C#1',
        extra='<globalScriptTask id="G"><script>x = 2</script></globalScriptTask>',
    ),
    Case(
        'compensation of MI call',
        (
            'start S | call C calledElement=G <many 2/> | boundary B on=C compensate | task U '
            'isForCompensation=true | B ~> U | throw T compensate | S -> C | C -> T'
        ),
        trace='S G C#0 G C#1 U U T',
        extra='<globalScriptTask id="G"><script>x = 2</script></globalScriptTask>',
    ),
    Case(
        'boundary on MI noninterrupting message',
        'start S | user A <many 2/> | boundary B on=A soft message:M | task H | S -> A | B -> H',
        trace='S B H',
        waiting='A A B',
        status='waiting',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'end event compensation specific in event sub',
        (
            'start S | sub X { | task A | boundary B on=A compensate | task U '
            'isForCompensation=true | B ~> U | user W | A -> W | sub V event { | start VS '
            'error:R | end VE compensate:A | VS -> VE | } | sub Y { | end YE error:R | } | } | S'
            ' -> X'
        ),
        trace='S YE xA xY VS VE V X',
        request={'answers': {'W': None}},
    ),
    Case(
        'terminate in event sub',
        (
            'start S | user A | sub V event { | start VS soft message:M | end VE terminate | VS '
            '-> VE | } | S -> A'
        ),
        trace='S VS VE V',
        waiting='A VS',
        status='waiting',
        request={'answers': {'A': None}, 'messages': ({'name': 'M'},)},
    ),
    Case(
        'xor incoming instantiating',
        (
            'start S | xor G default=G_B | task A | task B | S -> G | G -> A : missing_name == 1'
            ' | G_B: G -> B'
        ),
        trace='S G',
        status='failed',
    ),
    Case(
        'uncontrolled conditional default from task',
        'start S | task A default=A_Z | task B | task Z | S -> A | A -> B : x > 1 | A_Z: A -> Z',
        trace='S A Z',
        request={'data': {'x': 0}},
    ),
    Case(
        'exclusive join then parallel with signal throw sees boundary of later activity',
        (
            'start S | throw T signal:G1 | user A | boundary B on=A signal:G1 | task H | S -> T '
            '| T -> A | B -> H'
        ),
        trace='S T',
        waiting='A B',
        status='waiting',
        request={'answers': {'A': None}},
    ),
    Case(
        'message start sub in call',
        'start S | call C calledElement=G | S -> C',
        trace='',
        status='failed',
        extra=(
            '<message id="M" name="M"/><process id="G" isExecutable="true"><startEvent '
            'id="g1"><messageEventDefinition messageRef="M"/></startEvent></process>'
        ),
    ),
    Case(
        'event gateway direct to nonevent',
        'start S | race G | task A | catch B message:M | S -> G | G -> A | G -> B',
        trace='',
        status='failed',
    ),
    Case(
        'boundary on event-sub',
        (
            'start S | user A | sub V event { | start VS soft message:M | user VT | VS -> VT | }'
            ' | boundary B on=V timer:PT1H | task H | B -> H | S -> A'
        ),
        trace='S',
        waiting='A VS',
        status='waiting',
        request={'answers': {'A': None}},
    ),
]
