"""The edge: Flask, the command line and the demo."""
