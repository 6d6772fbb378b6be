"""What a person sees of a run: the messages of its steps, one line each, without Dagster's own."""

import logging
import sys

import dagster as dg


@dg.logger(description="The steps' own messages on standard output; events stay in Dagster's log.")
def progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """A fresh handler per run, so that a captured or redirected output is respected."""
    logger = logging.Logger("throughline")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Message())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return logger


class _Message(logging.Formatter):
    """The message as the step wrote it; of a failure its cause, without the stack."""

    def format(self, record: logging.LogRecord) -> str:
        logged = getattr(record, "dagster_meta", {})
        message = logged.get("orig_message") or record.getMessage()
        error = getattr(
            getattr(logged.get("dagster_event"), "event_specific_data", None), "error", None
        )
        while error is not None and error.cause is not None:
            error = error.cause
        time = self.formatTime(record, "%H:%M:%S")
        return f"{time}  {message}" + (f"\n{error.message.rstrip()}" if error else "")
