"""Networks of the tests' own: namespaces, cables with faults, routers, a TURN server."""
