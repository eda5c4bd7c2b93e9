"""The one door for programs.

Owns: the router, OpenAPI, and resources that combine apps.
Does not own: any rule; it parses, makes one call, and answers.
"""
