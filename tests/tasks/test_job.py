import json

import pytest

from digits.errors import DigitsError
from digits.storage.records import write_json
from digits.tasks import process
from digits.tasks.job import STARTING, Job, Progress


@pytest.fixture
def job(tmp_path):
    return Job(tmp_path / "results" / "answer.json", ("answer", "42"))


def test_a_job_is_absent_then_working_then_done(job):
    assert job.progress() == Progress("absent")
    with job.doing() as tell:
        tell(0.25, "Thinking")
        assert job.progress() == Progress("working", 0.25, "Thinking")
        write_json(job.result, {"answer": 42})
    assert job.progress() == Progress("done", 1.0)


def test_a_damaged_result_is_said_and_can_be_computed_again(job):
    job.result.parent.mkdir()
    write_json(job.result, {"answer": 42})
    job.result.write_text(job.result.read_text().replace("42", "43"))
    assert (job.progress().state, "damaged on the disk" in job.progress().error) == ("failed", True)
    with job.doing():
        write_json(job.result, {"answer": 42})
    assert job.progress().state == "done"


def test_two_processes_do_not_do_the_same_job_at_a_time(job):
    with job.doing(), pytest.raises(DigitsError, match="Another process is making answer.json"), job.doing():
        pass


def test_what_goes_wrong_is_told_to_who_watches_and_raised(job):
    with pytest.raises(DigitsError, match="no digits"), job.doing():
        raise DigitsError("There are no digits.")
    assert job.progress() == Progress("failed", error="There are no digits.")
    with pytest.raises(ZeroDivisionError), job.doing():
        raise ZeroDivisionError("division by zero")
    assert job.progress().error == "ZeroDivisionError: division by zero"


def test_a_worker_that_vanished_is_noticed(job):
    job.result.parent.mkdir()
    job.result.with_suffix(".progress").write_text(json.dumps({"share": 0.5, "phase": "Thinking", "time": 0}))
    assert job.progress().state == "failed"
    assert "vanished" in job.progress().error


def test_it_is_started_once_and_may_be_again_after_a_failure(job, monkeypatch):
    started = []
    monkeypatch.setattr(process, "start", lambda arguments, log: started.append((arguments, log.name)))
    job.start()
    job.start()
    assert started == [(["answer", "42"], "worker.log")]
    assert job.progress() == Progress("working", phase=STARTING)
    job.result.with_suffix(".progress").write_text(json.dumps({"phase": STARTING, "time": 0}))
    job.start()
    assert len(started) == 2


def test_a_damaged_progress_file_stops_nobody(job):
    job.result.parent.mkdir()
    for text in ("", "{", "[]"):
        job.result.with_suffix(".progress").write_text(text)
        assert job.progress().state == "absent"


def test_the_command_line_hears_the_progress_too(job):
    heard = []
    with job.doing(lambda share, phase: heard.append((share, phase))) as tell:
        tell(0.5, "Half")
    assert heard == [(0.5, "Half")]
