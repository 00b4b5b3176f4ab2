"""What a log may hold: nothing of a request."""

import logging


class WithoutRequest(logging.Filter):
    """Takes the request and the traceback off a log record, so that no answer gets written; the fault's kind stays."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.pop("request", None)
        if record.exc_info and record.exc_info[0]:
            record.msg = f"{record.msg} [{record.exc_info[0].__name__}]"
            record.exc_info = record.exc_text = None
        return True
