"""The one door for staff.

Owns: the admin site, its theme, the dashboard and the pages that combine apps.
Does not own: any rule; it parses, makes one call, and answers.
"""
