"""HTTP in and out, as pure ASGI: what is proxied never passes through a framework."""
