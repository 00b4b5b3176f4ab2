"""What a log or a report of a fault may hold: nothing of a request."""

import logging
import traceback

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter


class WithoutRequest(logging.Filter):
    """Takes the request and the traceback off a log record, so that no answer gets written; the fault's kind stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} [{record.exc_info[0].__name__}]"
            record.exc_info = record.exc_text = None
        return True


class Report(ExceptionReporter):
    """Django's report of a fault, without what the fault says, the request, its cookies, settings and variables."""

    def get_traceback_text(self) -> SafeString:
        kind = getattr(self.exc_type, "__name__", "")
        lines = [f"{frame.name}, line {frame.lineno}" for frame in traceback.extract_tb(self.tb)]
        return escape("\n".join([kind, *lines, ""]))

    def get_traceback_html(self) -> SafeString:
        return format_html("<pre>{}</pre>", self.get_traceback_text())
