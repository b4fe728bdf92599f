"""Private ground (phần riêng): what SpiffWorkflow 3.2.0 does not promise and we use all the same.

A test proves that each still exists, so that an upgrade fails there and not in a dossier.
"""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.workflow import Workflow

#: Class -> names of methods overridden or called.
METHODS: dict[type, tuple[str, ...]] = {
    Task: ("_add_child", "_set_state", "_ready", "_child_added_notify"),
    BpmnTaskSpec: (
        "_update", "_run", "_run_hook", "_on_ready", "_on_complete", "_on_cancel", "_predict",
    ),
    Workflow: ("_task_completed_notify",),
    BpmnWorkflow: ("_do_engine_steps", "create_subprocess", "refresh_timers"),
    BpmnSubWorkflow: ("_calculate_depth",),
}

#: Names of attributes that every task object carries.
TASK_ATTRIBUTES = ("_parent", "_children", "_state")
