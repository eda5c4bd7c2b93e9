from hypothesis import settings

# The same code gets the same verdict at every run; `--hypothesis-profile thorough` goes looking for new cases.
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=5000, deadline=None, database=None)

if settings.get_current_profile_name() not in {"quick", "thorough"}:
    settings.load_profile("quick")
