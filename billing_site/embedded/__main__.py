"""Run a supervisor: python -m billing_site.embedded PLACES PROGRAMS LOCK, as supervisor.command writes it."""

from billing_site.embedded.supervisor import main

if __name__ == "__main__":
    main()
