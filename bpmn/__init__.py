"""The built-in pack of procedures (gói thủ tục): one folder per procedure, diagrams and tables."""
