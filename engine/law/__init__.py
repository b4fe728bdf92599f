"""The law (luật): rule sets by date, statuses and their moves, one module per act."""
