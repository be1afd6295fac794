"""How many files and connections the process may have open at once."""

import resource

# Enough for every seat that is given by default; more only costs whatever walks over all descriptors.
_ENOUGH = 65_536
# What the process opens for itself: databases, brokers, calls to other services, files; and those who only stand.
_OWN = 384


def raise_limit() -> int:
    """Raise the soft limit of open descriptors towards the hard one, to 65,536 at most; the limit from now on.

    The usual soft limit is 1,024: a thousand idle connections would take the databases away from the process.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft_limit()
    for attempt in (wanted, 10_240):  # the second is the most that macOS allows, whatever it says
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(attempt, wanted)), hard))
            break
        except (OSError, ValueError):
            continue
    return soft_limit()


def soft_limit() -> int:
    """How many descriptors the process may have open now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _ENOUGH if soft == resource.RLIM_INFINITY else soft


def for_connections() -> int:
    """How many of them clients may take; the rest is for databases, brokers and files."""
    soft = soft_limit()
    return max(soft - _OWN, soft // 2)
