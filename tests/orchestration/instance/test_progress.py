import dagster as dg

from orchestration.instance.progress import progress_logger


@dg.op
def speak(context: dg.OpExecutionContext):
    context.log.info("pos.receipts: 2 rows")
    context.log.debug("not for people")


@dg.op
def stumble():
    raise ValueError("no such column")


def shown(op, capsys):
    job = dg.GraphDefinition(name="job", node_defs=[op]).to_job(
        logger_defs={"console": progress_logger}
    )
    job.execute_in_process(run_config={"loggers": {"console": {}}}, raise_on_error=False)
    return capsys.readouterr().out.splitlines()


def test_a_step_is_heard_in_its_own_words(capsys):
    (line,) = shown(speak, capsys)

    assert line.endswith("  pos.receipts: 2 rows")


def test_a_failure_shows_its_cause_once_and_no_stack(capsys):
    lines = shown(stumble, capsys)

    assert [line for line in lines if "no such column" in line] == ["ValueError: no such column"]
    assert not [line for line in lines if "Traceback" in line or 'File "' in line]
