"""The demo (trình diễn): four published procedures played over HTTP by their officials."""
