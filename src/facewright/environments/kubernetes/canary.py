"""How many pods of each image make a share of the requests.

Requests are spread over all pods of a service alike, so the share of an image is its share of the
pods.
"""

_CLOSE_ENOUGH = 2.5
_MOST = 100


def share(replicas: int, percent: int) -> tuple[int, int]:
    """Return the fewest pods whose share is right.

    Args:
        replicas: Pods there are; no fewer stay.
        percent: Share of the requests that the tried image shall get, from 1 to 50.

    Returns:
        How many of the image before, and how many of the one that is tried; the share differs
        from what was asked for by at most 2.5 per cent of all requests.
    """
    for tried in range(1, _MOST):
        beside = max(replicas, round(tried * (100 - percent) / percent))
        if abs(100 * tried / (tried + beside) - percent) <= _CLOSE_ENOUGH:
            return _fewest(replicas, tried, beside, percent), tried
    return replicas, max(1, round(replicas * percent / (100 - percent)))


def _fewest(replicas: int, tried: int, beside: int, percent: int) -> int:
    while beside > replicas:
        if abs(100 * tried / (tried + beside - 1) - percent) > _CLOSE_ENOUGH:
            break
        beside -= 1
    return beside
