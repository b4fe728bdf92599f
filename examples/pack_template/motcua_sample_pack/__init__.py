"""A pack of procedures (gói thủ tục): diagrams and forms as data, no code."""
