from hypothesis import HealthCheck, settings

# The same code gets the same verdict at every run; `--hypothesis-profile thorough` goes looking for new cases.
# A busy machine is no reason to fail, so nothing is timed.
untimed = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", untimed, max_examples=60, derandomize=True)
settings.register_profile("thorough", untimed, max_examples=5000)

if settings.get_current_profile_name() not in {"quick", "thorough"}:
    settings.load_profile("quick")
