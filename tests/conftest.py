"""One profile for all property tests: no deadlines, since a slow machine is no failure, and few examples each."""

from hypothesis import HealthCheck, settings

settings.register_profile("parley", deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("parley")
