"""What the trace of one video has to contain: each hop below the one that it was asked by."""

from pathlib import Path

from omnigen_local.traces import Trace, TraceSpan, read_traces

HOPS = {
    ("jobs", "POST /api/v1/jobs"): "gateway gateway.forward",
    ("jobs", "call.quota"): "jobs POST ",
    ("quota", "PUT /internal/v1/reservations/{job_id}"): "jobs call.quota",
    ("jobs", "workflow.start"): "jobs POST /api/v1/jobs",
    ("jobs", "stepfunctions.StartExecution"): "jobs workflow.start",
    ("generator", "workflow.dispatch"): "jobs workflow.start",
    ("generator", "workflow.wait"): "jobs workflow.start",
    ("generator", "generator.plan"): "jobs workflow.start",
    ("generator", "generator.scene"): "jobs workflow.start",
    ("generator", "generator.render"): "jobs workflow.start",
    ("generator", "generator.finish"): "jobs workflow.start",
    ("generator", "provider.create"): "generator generator.",
    ("generator", "provider.get"): "generator generator.",
    ("generator", "provider.predict"): "generator generator.",
    ("generator", "provider.download"): "generator generator.",
    ("generator", "s3.PutObject"): "generator generator.",
    ("generator", "call.composer"): "generator generator.",
    ("composer", "PUT /v1/segments/{key:path}"): "generator call.composer",
    ("composer", "PUT /v1/renders/{key:path}"): "generator call.composer",
    ("composer", "composer.work"): "composer PUT /v1/",
    ("composer", "ffmpeg.run"): "composer composer.work",
    ("composer", "s3.PutObject"): "composer composer.work",
    ("jobs", "dynamodb.TransactWriteItems"): "jobs ",
    ("quota", "dynamodb.UpdateItem"): "quota ",
    (
        "quota",
        "POST /internal/v1/reservations/{month}/{job_id}/intents/{intent_id}/settle",
    ): "generator call.quota",
    ("quota", "POST /internal/v1/reservations/{month}/{job_id}/commit"): "jobs call.quota",
    ("jobs", "POST /internal/v1/jobs/{job_id}/attempts/{attempt}/complete"): "generator call.jobs",
}
LEAST_SHARE = 0.95


def check_video_trace(path: Path, prompt: str) -> Trace:
    """One video was made, and nothing else that is always recorded: AssertionError says what of it is missing."""
    text = path.read_text()
    assert prompt not in text
    assert prompt.replace('"', '\\"') not in text
    trace = read_traces(path)[0]
    assert [f"{span.unit} {span.name}" for span in trace.find_lost()] == []
    [root] = [span for span in trace.spans if span.parent_id is None]
    [complete] = [span for span in trace.spans if span.name.endswith("/complete")]
    seen = {(span.unit, span.name): [] for span in trace.spans}  # type: dict[tuple[str, str], list[TraceSpan]]
    for span in trace.spans:
        seen[span.unit, span.name].append(span)
    assert HOPS.keys() - seen.keys() == set()
    for hop, parent in HOPS.items():
        assert [_parent_of(trace, span) for span in seen[hop] if not _parent_of(trace, span).startswith(parent)] == []
    assert trace.covered_share(root.begin, complete.end) >= LEAST_SHARE
    return trace


def _parent_of(trace: Trace, span: TraceSpan) -> str:
    parent = trace.find_parent(span)
    return "" if parent is None else f"{parent.unit} {parent.name}"
