"""The pages of a plan beside the plan itself, as a part of an address: each has a template of that name."""

from django.urls import register_converter


class PlanPart:
    """One of those names, as it stands in an address."""

    regex = "help|out-of-reach|sources|questions|table|left-out"
    to_python = to_url = staticmethod(str)


register_converter(PlanPart, "part")
