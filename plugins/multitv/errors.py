"""The errors of the house. A message names the thing, the cause and the next step, for whoever is on call."""


class MultiTVError(Exception):
    """Base of all our errors."""


class PermanentError(MultiTVError):
    """Trying again without a person changing something cannot help: the task fails at once, without retries."""


class TransientError(MultiTVError):
    """Likely to pass by itself: the task is retried."""
