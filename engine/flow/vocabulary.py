"""The vocabulary (từ vựng đầy đủ): every element and attribute of BPMN 2.0's schema, each judged.

`engine.flow.support` says what becomes of what is drawn; here stands all the rest, so that nothing
of the standard is passed over in silence. A test holds both against the schema itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: acts: it runs with what it belongs to · plain: it says nothing that could run · told: an info ·
#: warned: another engine would run it · refused: an error.
Verdict = Literal["acts", "plain", "told", "warned", "refused"]


@dataclass(frozen=True)
class Word:
    """What becomes of an element or attribute, and why; `neutral` are values that say nothing."""

    verdict: Verdict
    vi: str = ""
    en: str = ""
    neutral: tuple[str, ...] = ()


def _each(names: str, word: Word) -> dict[str, Word]:
    return dict.fromkeys(names.split(), word)


_ACTS, _PLAIN = Word("acts"), Word("plain")
_ABSTRACT = Word("refused", "là từ trừu tượng của chuẩn, không phải thứ để vẽ",
                 "is an abstract word of the standard and cannot be drawn")
_DATA = Word("told", "mô tả dữ liệu; dữ liệu của phần việc là chung cho mọi bước, không cần khai",
             "describes data; the data of a part are one for all its steps and need no declaration")
_OPERATION = Word("told", "trình kết nối hoặc chủ đề làm bước dịch vụ, không phải operation",
                  "a connector or a topic does a service task, not an operation")
_TALK = Word("told", "chỉ để đọc: luồng thông điệp mới mang thông điệp",
             "documentation: message flows carry messages")
_CHOREOGRAPHY = Word("refused", "thuộc biên đạo, không bên nào chạy nó",
                     "belongs to a choreography, which nobody runs")
_LANGUAGE = Word("told", "mọi biểu thức được đọc bằng một ngôn ngữ biểu thức của motcua",
                 "every expression is read in motcua's one expression language")

#: Elements that `engine.flow.support.SUPPORT` has no row for.
ELEMENTS: Mapping[str, Word] = {
    **_each("definitions message signal error escalation conditionExpression condition expression "
            "formalExpression script timeDate timeDuration timeCycle loopCardinality loopCondition "
            "loopDataInputRef loopDataOutputRef inputDataItem outputDataItem completionCondition "
            "activationCondition complexBehaviorDefinition implicitThrowEvent childLaneSet "
            "flowNodeRef eventDefinitionRef source target sourceRef targetRef assignment from to "
            "transformation correlationPropertyBinding correlationPropertyRetrievalExpression "
            "correlationPropertyRef messagePath dataPath categoryValue category categoryValueRef "
            "globalTask globalUserTask globalManualTask globalScriptTask globalBusinessRuleTask "
            "incoming outgoing cancelEventDefinition compensateEventDefinition "
            "conditionalEventDefinition errorEventDefinition escalationEventDefinition "
            "linkEventDefinition messageEventDefinition signalEventDefinition "
            "terminateEventDefinition timerEventDefinition resourceRef resource "
            "resourceAssignmentExpression", _ACTS),
    **_each("documentation text extensionElements", _PLAIN),
    **_each("activity artifact baseElement baseElementWithMixedContent callableElement catchEvent "
            "choreographyActivity conversationNode event eventDefinition flowElement flowNode "
            "gateway loopCharacteristics rootElement throwEvent", _ABSTRACT),
    **_each("potentialOwner resourceRole performer humanPerformer", Word(
        "warned", "nêu người làm mà không đọc được thành vai trò; ghi motcua:role",
        "says who does it in a way that cannot be read as a role; write motcua:role")),
    **_each("resourceParameter resourceParameterBinding", Word(
        "warned", "chọn người làm theo tham số không được chạy; ghi motcua:role",
        "choosing who does it by parameters is not run; write motcua:role")),
    "participantMultiplicity": Word(
        "warned", "mỗi bể là một phần việc; nhiều cơ quan thì vẽ mỗi cơ quan một bể",
        "each pool is one part; for several agencies draw a pool each"),
    **_each("property ioSpecification dataInput dataOutput inputSet outputSet dataInputRefs "
            "dataOutputRefs optionalInputRefs optionalOutputRefs inputSetRefs outputSetRefs "
            "whileExecutingInputRefs whileExecutingOutputRefs dataState itemDefinition", _DATA),
    "dataAssociation": Word("told", "không nêu chiều nên chỉ để đọc",
                            "names no direction and is documentation"),
    **_each("interface operation ioBinding interfaceRef operationRef inMessageRef outMessageRef "
            "supportedInterfaceRef endPoint endPointRef errorRef", _OPERATION),
    **_each("auditing monitoring", Word(
        "told", "nhật ký và chỉ số của motcua có sẵn cho mọi bước",
        "motcua keeps history and numbers of every step by itself")),
    "rendering": Word("told", "màn hình lấy từ biểu mẫu motcua:form",
                      "what is shown comes from the form, motcua:form"),
    **_each("conversationLink subConversation callConversation globalConversation "
            "conversationAssociation messageFlowRef messageFlowAssociation participantAssociation "
            "innerParticipantRef outerParticipantRef participantRef partnerEntity partnerRole",
            _TALK),
    "choreographyRef": _CHOREOGRAPHY,
    "import": Word("told", "quy trình và bảng được gọi được tìm ở các tệp nằm cạnh, theo mã",
                   "called processes and tables are found by id in the files beside"),
    **_each("extension relationship partitionElement supports", Word(
        "told", "chỉ để đọc", "documentation only")),
}

#: Attributes of the schema that say nothing that could run, or act where they stand.
ATTRIBUTES: Mapping[str, Word] = {
    **_each("activityRef attachedToRef behavior calledElement cancelActivity categoryValueRef "
            "cancelRemainingInstances completionQuantity correlationKeyRef correlationPropertyRef "
            "default errorCode errorRef escalationCode escalationRef eventGatewayType id "
            "instantiate isForCompensation isInterrupting isSequential loopMaximum messageRef name "
            "noneBehaviorEventRef oneBehaviorEventRef ordering parallelMultiple processRef "
            "signalRef sourceRef startQuantity targetRef testBefore triggeredByEvent value "
            "waitForCompletion", _ACTS),
    **_each("associationDirection dataObjectRef dataStoreRef exporter exporterVersion importType "
            "location namespace targetNamespace textFormat processType direction type "
            "partitionElementRef definition", _PLAIN),
    **_each("capacity isUnlimited isCollection itemKind itemRef itemSubjectRef structureRef "
            "evaluatesToTypeRef inputDataRef outputDataRef isRequired parameterRef typeLanguage",
            Word("plain", "kiểu của dữ liệu; ở đây dữ liệu không khai kiểu",
                 "types of data, which are not declared here")),
    **_each("definitionalCollaborationRef innerConversationNodeRef innerMessageFlowRef "
            "outerConversationNodeRef outerMessageFlowRef calledCollaborationRef", Word(
                "plain", "chỉ để đọc", "documentation only")),
    **_each("calledChoreographyRef initiatingParticipantRef loopType", Word(
        "plain", "biên đạo bị từ chối", "choreographies are refused")),
    **_each("minimum maximum", Word(
        "plain", "cảnh báo đứng ở participantMultiplicity",
        "participantMultiplicity is warned of")),
    **_each("operationRef implementationRef", _OPERATION),
    "implementation": Word("told", _OPERATION.vi, _OPERATION.en,
                           ("##unspecified", "##WebService", "##Other")),
    "isExecutable": Word("told", "quy trình vẫn chạy dù isExecutable là false",
                         "the process runs although isExecutable is false", ("true", "1")),
    "isClosed": Word("told", "thông điệp ngoài các luồng đã vẽ vẫn được nhận theo tên",
                     "messages beside the drawn flows are still received by name",
                     ("false", "0")),
    "isImmediate": Word("told", "luồng được đi ngay; không bước nào ngoài sơ đồ xen vào giữa",
                        "the flow is taken at once; nothing outside of the drawing comes between",
                        ("true", "1")),
    "language": _LANGUAGE, "scriptFormat": _LANGUAGE, "scriptLanguage": _LANGUAGE,
    "expressionLanguage": Word("told", _LANGUAGE.vi, _LANGUAGE.en,
                               ("http://www.w3.org/1999/XPath",)),
    "method": Word("warned", "giao dịch luôn được hoàn tác bằng các bước hoàn tác (##Compensate)",
                   "a transaction is always undone by its compensations (##Compensate)",
                   ("##Compensate", "compensate")),
    "gatewayDirection": Word("warned", "các luồng nói khác gatewayDirection; cổng chạy theo luồng",
                             "the flows say otherwise; the gateway follows its flows"),
    "mustUnderstand": Word("warned", "phần mở rộng này không được hiểu ở đây",
                           "this extension is not understood here", ("false", "0")),
}

_WORDS: Mapping[Verdict, str] = {
    "acts": "chạy cùng phần tử chứa nó · runs with what it belongs to",
    "plain": "không nói gì để chạy · says nothing that could run",
    "told": "chỉ để đọc, có info · documentation, with an info",
    "warned": "không chạy, có cảnh báo · not run, with a warning",
    "refused": "từ chối · refused",
}


def tables() -> str:
    """Return both lists as Markdown for bpmn/README.md, what is alike on one line."""
    return "\n\n".join(_table(title, words) for title, words in (
        ("Phần tử khác · Other element", ELEMENTS), ("Thuộc tính · Attribute", ATTRIBUTES)))


def _table(title: str, words: Mapping[str, Word]) -> str:
    alike: dict[tuple[Verdict, str, str], list[str]] = {}
    for name, word in words.items():
        alike.setdefault((word.verdict, word.vi, word.en), []).append(f"`{name}`")
    rows = [f"| {', '.join(names)} | {_WORDS[verdict]} | {vi}{' · ' if vi else ''}{en} |"
            for (verdict, vi, en), names in alike.items()]
    head = [f"| {title} | Kết quả · Verdict | Ghi chú · Remark |", "|---|---|---|"]
    return "\n".join([*head, *rows])
