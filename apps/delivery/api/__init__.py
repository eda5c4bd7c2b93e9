"""Papers for programs, and their mails."""
