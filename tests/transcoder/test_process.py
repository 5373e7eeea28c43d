"""Processes: answered, crashed, hung, closed; and what a child may know of us."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from transcoder import HelperCrashedError, HelperProcess, HelperTimeoutError
from transcoder.helper_process import MAX_ANSWER_SIZE
from transcoder.process import Encoder, run_to_end

HELPER = """
import os, resource, signal, struct, sys, threading
from transcoder import serve
answers = os.dup(1)
def answer(request, payload):
    match request["do"]:
        case "echo": return {"request": request}, payload[::-1]
        case "die": os._exit(7)
        case "raise": raise RuntimeError("as planned")
        case "hang": threading.Event().wait()
        case "promise": os.write(answers, struct.pack(">II", 2, request["size"]) + b"{}"); threading.Event().wait()
        case "print": print("a library says hello"); return {}, b""
        case "know": return {
            "environment": dict(os.environ), "session": os.getsid(0), "pid": os.getpid(),
            "core": resource.getrlimit(resource.RLIMIT_CORE), "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        }, b""
        case "grow":
            try: return {"size": len(bytearray(1 << 40))}, b""
            except MemoryError: return {"error": "memory"}, b""
serve(answer)
"""


@pytest.fixture
def helper():
    with HelperProcess([sys.executable, "-c", HELPER], name="test helper") as process:
        yield process


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_answer_carries_header_and_payload(helper):
    header, payload = helper.call({"do": "echo", "n": 1}, b"abc")
    assert header == {"request": {"do": "echo", "n": 1}}
    assert payload == b"cba"


def test_one_process_answers_many_requests(helper):
    first = helper.call({"do": "know"})[0]["pid"]
    assert helper.call({"do": "know"})[0]["pid"] == first == helper.pid


def test_a_payload_larger_than_any_pipe_gets_through(helper):
    payload = os.urandom(3_000_000)
    assert helper.call({"do": "echo"}, payload)[1] == payload[::-1]


def test_an_answer_that_nobody_could_hold_is_not_waited_for(helper):
    with pytest.raises(HelperCrashedError):
        helper.call({"do": "promise", "size": MAX_ANSWER_SIZE + 1})
    assert helper.call({"do": "echo"}, b"abc")[1] == b"cba"


def test_what_a_library_prints_is_no_answer(helper):
    assert helper.call({"do": "print"}) == ({}, b"")


@pytest.mark.parametrize("how", ["die", "raise"])
def test_a_crash_is_said_and_the_next_call_is_answered(helper, how):
    with pytest.raises(HelperCrashedError) as caught:
        helper.call({"do": how})
    assert ("status 7" in str(caught.value)) == (how == "die")
    assert any("as planned" in line for line in caught.value.last_lines) == (how == "raise")
    assert helper.call({"do": "echo"}, b"x")[1] == b"x"


def test_a_helper_that_died_between_calls_is_replaced(helper):
    pid = helper.call({"do": "know"})[0]["pid"]
    os.kill(pid, signal.SIGKILL)
    try:
        after = helper.call({"do": "know"})[0]["pid"]
    except HelperCrashedError:  # the kill was not seen before the call
        after = helper.call({"do": "know"})[0]["pid"]
    assert after != pid


def test_one_that_hangs_is_killed(helper):
    pid = helper.call({"do": "know"})[0]["pid"]
    with pytest.raises(HelperTimeoutError):
        helper.call({"do": "hang"}, timeout_s=0.05)
    assert not is_running(pid)
    assert helper.call({"do": "echo"}, b"x")[1] == b"x"


def test_close_ends_a_call_that_is_under_way(helper):
    helper.call({"do": "echo"})
    failed = []

    def hang():
        try:
            helper.call({"do": "hang"})
        except (HelperCrashedError, ValueError) as error:  # during the call, or just before it was sent
            failed.append(error)

    thread = threading.Thread(target=hang)
    thread.start()
    while not helper._calling.locked():
        threading.Event().wait(0.001)
    helper.close()
    thread.join()
    assert failed
    with pytest.raises(ValueError, match="closed"):
        helper.call({"do": "echo"})


def test_threads_take_turns(helper):
    answers = {}

    def call(number):
        answers[number] = helper.call({"do": "echo"}, bytes([number]) * 1000)[1]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {number: bytes([number]) * 1000 for number in range(8)}


def test_a_child_knows_little_and_is_limited(helper, monkeypatch):
    monkeypatch.setenv("LANTERNE_PASSPHRASE", "canary")
    known = helper.call({"do": "know"})[0]
    assert "canary" not in str(known["environment"])
    allowed = {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONSAFEPATH"}
    assert set(known["environment"]) <= allowed
    assert known["session"] == known["pid"]
    assert known["core"] == [1, 1]  # too little for a file, and no pipe either
    assert 0 < known["memory"] < 1 << 33
    assert helper.call({"do": "grow"})[0] == {"error": "memory"}


def test_a_child_ends_when_its_owner_leaves(helper):
    pid = helper.call({"do": "know"})[0]["pid"]
    child = helper._child
    child.stdin.close()
    assert child.wait(10) == 0
    assert not is_running(pid)


def test_an_encoder_is_read_and_ended():
    program = (
        "import sys, threading; print('err', file=sys.stderr);"
        "print('out', flush=True); threading.Event().wait()"
    )
    with Encoder([sys.executable, "-c", program]) as encoder:
        assert encoder.read(100) == b"out\n"
        assert os.getsid(encoder.pid) == encoder.pid
        assert is_running(encoder.pid)
    assert not is_running(encoder.pid)
    assert encoder.last_lines == ("err",)


def test_an_encoder_that_ignores_term_is_killed():
    program = (
        "import signal, threading; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('ready', flush=True); threading.Event().wait()"
    )
    with Encoder([sys.executable, "-c", program]) as encoder:
        encoder.read(100)
    assert encoder.wait() == -signal.SIGKILL


def test_standard_error_never_stops_an_encoder_and_only_its_end_is_kept():
    program = "import sys\nfor n in range(100_000): print('line', n, file=sys.stderr)\nprint('done')"
    with Encoder([sys.executable, "-c", program]) as encoder:
        assert encoder.read(100) == b"done\n"
        assert encoder.wait() == 0
        encoder.terminate()
        assert len(encoder.last_lines) == 20
        assert encoder.last_lines[-1] == "line 99999"


def test_an_encoder_leaves_no_core_file():
    program = "import resource; input_ = resource.getrlimit(resource.RLIMIT_CORE); print(input_)"
    delayed = (
        f"import select; select.select([], [], [], 0.05)\n{program}"  # the limit is set right after the start
    )
    with Encoder([sys.executable, "-c", delayed]) as encoder:
        assert encoder.read(100) == b"(1, 1)\n"  # too little for a file, and no pipe either


def test_where_core_dumps_are_forbidden_altogether_they_stay_so():
    program = (
        "import resource; from transcoder.core_dumps import refuse_core_dump;"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); refuse_core_dump();"
        "print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert printed.stdout == "(0, 0)\n"


def never():
    return threading.Event()


def test_a_program_runs_to_its_end():
    code = "import sys; data = sys.stdin.buffer.read(); print(len(data)); print('said', file=sys.stderr); sys.exit(3)"
    finished = run_to_end([sys.executable, "-c", code], bytes(1 << 20), timeout_s=20, stopped=never())
    assert (finished.status, finished.output) == (3, b"1048576\n")
    assert finished.last_lines == ("said",)


@pytest.mark.parametrize("timeout_s", [0.2, 60])
def test_a_program_that_does_not_end_is_ended(timeout_s):
    stopped = never()
    if timeout_s > 1:
        stopped.set()
    finished = run_to_end(
        [sys.executable, "-c", "import signal; signal.pause()"],
        bytes(1 << 20),
        timeout_s=timeout_s,
        stopped=stopped,
    )
    assert finished.status == -signal.SIGKILL
    assert finished.took_s < 20
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("stdin-")]


def test_encoders_stand_back_behind_us():
    with Encoder([sys.executable, "-c", "import signal; print(1, flush=True); signal.pause()"]) as encoder:
        encoder.read(1)
        behind = os.getpriority(os.PRIO_PROCESS, encoder.pid) - os.getpriority(os.PRIO_PROCESS, 0)
    assert behind > 0 or os.getpriority(os.PRIO_PROCESS, 0) == 19
