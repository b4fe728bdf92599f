"""Our own specs (đặc tả): every subclass of SpiffWorkflow's classes; none of them is patched."""
