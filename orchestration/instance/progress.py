"""A run's output for people: the messages of its steps, one line each, without Dagster's own."""

import logging
import sys

import dagster as dg

_NOTES_OF_DAGSTER = ("op '", "Skipping step ", "Dependencies for step ")

# It warns of each check without a result, also where nothing was built and so nothing checked.
logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)


def _progress_logger(_context: dg.InitLoggerContext) -> logging.Logger:
    """A fresh handler per run, so that a captured or redirected output is respected."""
    logger = logging.Logger("throughline")
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_is_for_a_person)
    handler.setFormatter(_Message())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return logger


progress_logger = dg.logger(
    _progress_logger,
    description="The steps' own messages on standard output; events stay in Dagster's log.",
)


def _is_for_a_person(record: logging.LogRecord) -> bool:
    """Not Dagster's own notes on every output of a step that did nothing."""
    return not _text(record).startswith(_NOTES_OF_DAGSTER)


def _text(record: logging.LogRecord) -> str:
    return getattr(record, "dagster_meta", {}).get("orig_message") or record.getMessage()


class _Message(logging.Formatter):
    """The message as the step wrote it; of a failure its cause, once and without the stack."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or more for a failure."""
        line = f"{self.formatTime(record, '%H:%M:%S')}  {_text(record)}"
        cause = _cause(getattr(record, "dagster_meta", {}).get("dagster_event"))
        return f"{line}\n{cause}" if cause else line


def _cause(event: dg.DagsterEvent | None) -> str | None:
    """The innermost error of a step that failed, or of a run that failed outside its steps."""
    if event is None:
        return None
    if event.is_step_failure:
        error = event.step_failure_data.error
    elif event.is_job_failure and event.job_failure_data.first_step_failure_event is None:
        error = event.job_failure_data.error
    else:
        return None
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.rstrip() if error else None
