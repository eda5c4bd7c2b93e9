"""Run the whole office on one machine: database, web, worker and beat, until ctrl-C.

Owns: the listening socket, the children, their restarts and their logs.
Does not own: what the children do; the embedded server, which it only holds.
However the runner ends, the kernel ends its children (PDEATHSIG), and theirs: nothing is left behind.
"""
