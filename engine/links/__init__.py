"""Links (kết nối): what leaves this deployment for other machines, and what comes back.

The only home of the HTTP client: whoever calls outside goes through `outward`.
"""
