"""Errors of the services. Each message is written for the person whose request was refused."""


class Refused(Exception):
    """The service refused the request; nothing was changed."""


class NotPermitted(Refused):
    """The actor lacks the permission, or is the author and somebody else has to decide."""


class WrongStatus(Refused):
    """The NDA is not, or no longer, in a status that allows this."""


class ChangedMeanwhile(Refused):
    """Somebody else saved the NDA after the actor had opened it."""
