"""Process instances (luồng): the only home of SpiffWorkflow and of BPMN XML."""
