"""The rights that the account of an environment needs, and no more: a Role of its namespace.

`RULES` is what is documented, printed by `facewright env role`, checked before an environment is
set up, and what the tests run with.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from facewright.environments.kubernetes.resources import Manifest

if TYPE_CHECKING:
    from facewright.environments.kubernetes.api import Api

ROLE = "facewright"
_REVIEWS = "/apis/authorization.k8s.io/v1"


@dataclass(frozen=True)
class Rule:
    """What may be done to some resources.

    Attributes:
        group: Of their API; empty for the core's.
        resources: Plural names.
        verbs: What may be done.
        needed: Whether nothing works without.
    """

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    needed: bool = True


_ALL = ("get", "list", "create", "patch", "delete")
RULES = (
    Rule("apps", ("deployments",), _ALL),
    Rule("apps", ("replicasets",), ("list",)),
    Rule("", ("services", "secrets", "configmaps", "serviceaccounts"), _ALL),
    Rule("", ("persistentvolumeclaims",), _ALL),
    Rule("", ("pods",), ("list", "patch")),
    Rule("", ("pods/log",), ("get",)),
    Rule("", ("events",), ("list",)),
    Rule("autoscaling", ("horizontalpodautoscalers",), _ALL),
    Rule("policy", ("poddisruptionbudgets",), _ALL),
    Rule("networking.k8s.io", ("ingresses", "networkpolicies"), _ALL),
    Rule("gateway.networking.k8s.io", ("httproutes",), _ALL, needed=False),
)


def role(namespace: str) -> Manifest:
    """Return the Role of a namespace."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": ROLE, "namespace": namespace},
        "rules": [
            {"apiGroups": [rule.group], "resources": [*rule.resources], "verbs": [*rule.verbs]}
            for rule in RULES
        ],
    }


def missing_rights(api: "Api", namespace: str, *, gateway: bool) -> list[str]:
    """Return what the account may not do, each as ``create deployments.apps``."""
    granted = _granted(api, namespace)
    return [
        f"{verb} {resource}.{rule.group}" if rule.group else f"{verb} {resource}"
        for rule in RULES
        if rule.needed or gateway
        for resource in rule.resources
        for verb in rule.verbs
        if not any(_covers(each, rule.group, resource, verb) for each in granted)
        and not _may(api, namespace, rule.group, resource, verb)
    ]


def _granted(api: "Api", namespace: str) -> list[dict[str, Any]]:
    """Return the rules that the server knows of; it may know less than it grants."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    said = api.request("POST", f"{_REVIEWS}/selfsubjectrulesreviews", review) or {}
    rules = said.get("status", {}).get("resourceRules") or []
    return [each for each in rules if not each.get("resourceNames")]


def _covers(rule: dict[str, Any], group: str, resource: str, verb: str) -> bool:
    wanted = (("apiGroups", group), ("resources", resource), ("verbs", verb))
    return all({value, "*"} & set(rule.get(key) or ()) for key, value in wanted)


def _may(api: "Api", namespace: str, group: str, resource: str, verb: str) -> bool:
    """Ask about one right, since no rule that is known of gives it."""
    plain, _, inner = resource.partition("/")
    asked = {"namespace": namespace, "verb": verb, "group": group, "resource": plain}
    if inner:
        asked["subresource"] = inner
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": asked},
    }
    said = api.request("POST", f"{_REVIEWS}/selfsubjectaccessreviews", review) or {}
    return bool(said.get("status", {}).get("allowed"))
