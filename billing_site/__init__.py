"""Settings, addresses, wiring and the processes: the frame around the apps."""
