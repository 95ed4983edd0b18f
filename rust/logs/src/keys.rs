//! What the keys of structured lines mean, in the words of many libraries.

/// What a member tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Time,
    Level,
    Logger,
    Service,
    Host,
    Message,
    /// An id of this kind; see [`crate::head::ID_KINDS`].
    Id(usize),
    /// Docker's `stream`.
    Stream,
    /// A traceback.
    Stack,
    /// journald's time.
    Journal,
    /// Holds members that are looked at.
    Group,
}

/// Ranks of keys whose numbers are not those of `level`.
pub const RANK_PRIORITY: u8 = 20;
pub const RANK_PYTHON: u8 = 21;
pub const RANK_SEVERITY_NUMBER: u8 = 22;

/// Whether the members of this object are looked at.
pub fn is_group(key: &[u8]) -> bool {
    matches!(
        key,
        b"log"
            | b"service"
            | b"host"
            | b"trace"
            | b"span"
            | b"record"
            | b"level"
            | b"time"
            | b"request"
            | b"session"
            | b"transaction"
            | b"event"
            | b"error"
            | b"err"
    )
}

/// What the member `key` of the object `outer` tells, and its rank among keys of that role; `outer` is empty at the top.
#[inline]
pub fn role(outer: &[u8], key: &[u8]) -> Option<(Role, u8)> {
    if outer.is_empty() {
        top(key)
    } else {
        inner(outer, key)
    }
}

fn inner(outer: &[u8], key: &[u8]) -> Option<(Role, u8)> {
    Some(match (outer, key) {
        (b"service", b"name") => (Role::Service, 3),
        (b"host", b"name" | b"hostname") => (Role::Host, 3),
        (b"trace", b"id") => (Role::Id(2), 3),
        (b"span", b"id") => (Role::Id(3), 3),
        (b"request", b"id") => (Role::Id(0), 3),
        (b"session", b"id") => (Role::Id(1), 3),
        (b"log", b"level") | (b"level", b"name") => (Role::Level, 3),
        (b"time", b"timestamp") => (Role::Time, 3),
        (b"record", b"message") => (Role::Message, 0),
        (b"log", b"logger") | (b"record", b"name") => (Role::Logger, 3),
        (b"record", b"level" | b"time") => (Role::Group, 0),
        (b"error" | b"err", b"stack" | b"stack_trace") => (Role::Stack, 1),
        (b"event", b"original") => (Role::Message, 9),
        _ => return None,
    })
}

fn top(key: &[u8]) -> Option<(Role, u8)> {
    Some(match key {
        b"timestamp" => (Role::Time, 0),
        b"@timestamp" => (Role::Time, 1),
        b"ts" => (Role::Time, 2),
        b"time" => (Role::Time, 4),
        b"datetime" => (Role::Time, 5),
        b"asctime" => (Role::Time, 6),
        b"eventTime" | b"event_time" => (Role::Time, 7),
        b"date" => (Role::Time, 8),
        b"@t" | b"t" => (Role::Time, 9),
        b"created" | b"created_at" => (Role::Time, 10),
        b"timeMillis" | b"timestamp_ms" => (Role::Time, 11),
        b"__REALTIME_TIMESTAMP" => (Role::Journal, 1),
        b"_SOURCE_REALTIME_TIMESTAMP" => (Role::Journal, 0),
        b"level" => (Role::Level, 0),
        b"severity" | b"severityText" | b"severity_text" => (Role::Level, 1),
        b"levelname" | b"level_name" => (Role::Level, 2),
        b"log.level" | b"loglevel" | b"logLevel" | b"log_level" => (Role::Level, 4),
        b"lvl" | b"@l" => (Role::Level, 5),
        b"PRIORITY" | b"priority" => (Role::Level, RANK_PRIORITY),
        b"levelno" => (Role::Level, RANK_PYTHON),
        b"severityNumber" | b"severity_number" => (Role::Level, RANK_SEVERITY_NUMBER),
        b"logger" => (Role::Logger, 0),
        b"logger_name" | b"loggerName" | b"log.logger" => (Role::Logger, 1),
        b"name" | b"SYSLOG_IDENTIFIER" | b"target" => (Role::Logger, 5),
        b"component" | b"module" | b"_COMM" => (Role::Logger, 6),
        b"service" | b"service.name" | b"service_name" | b"_SYSTEMD_UNIT" => (Role::Service, 0),
        b"app" | b"application" | b"appname" => (Role::Service, 5),
        b"host" | b"hostname" | b"_HOSTNAME" | b"host.name" => (Role::Host, 0),
        b"message" | b"MESSAGE" => (Role::Message, 1),
        b"msg" | b"@m" | b"@mt" => (Role::Message, 2),
        b"short_message" => (Role::Message, 3),
        b"event" => (Role::Message, 4),
        b"body" | b"text" => (Role::Message, 5),
        b"log" => (Role::Message, 6),
        b"error" | b"err" => (Role::Message, 8),
        b"stream" => (Role::Stream, 0),
        b"exc_info" | b"exception" | b"stack_trace" | b"stack" | b"stacktrace" | b"traceback"
        | b"error.stack_trace" => (Role::Stack, 0),
        b"record" | b"span" | b"trace" | b"request" | b"session" | b"transaction" => {
            (Role::Group, 0)
        }
        _ => return id(key),
    })
}

/// The kind of id that a key names.
pub fn id(key: &[u8]) -> Option<(Role, u8)> {
    id_kind(key).map(|kind| (Role::Id(kind), 0))
}

/// The kind of id that a key names, in any of its usual spellings.
pub fn id_kind(key: &[u8]) -> Option<usize> {
    Some(match key {
        b"request_id" | b"requestId" | b"request-id" | b"requestID" | b"RequestId" | b"req_id"
        | b"reqId" | b"reqid" | b"x-request-id" | b"x_request_id" | b"correlation_id"
        | b"correlationId" | b"request.id" => 0,
        b"session_id" | b"sessionId" | b"session-id" | b"sessionID" | b"SessionId" | b"sid"
        | b"session.id" => 1,
        b"trace_id" | b"traceId" | b"trace-id" | b"traceID" | b"TraceId" | b"traceid"
        | b"trace.id" | b"dd.trace_id" | b"@tr" => 2,
        b"span_id" | b"spanId" | b"span-id" | b"spanID" | b"SpanId" | b"spanid" | b"span.id"
        | b"dd.span_id" | b"@sp" => 3,
        b"execution_id" | b"executionId" | b"execution-id" | b"executionID" | b"exec_id"
        | b"run_id" | b"job_id" => 4,
        _ => return None,
    })
}

/// Whether the head of an event tells this member already.
pub fn is_told(key: &[u8]) -> bool {
    matches!(
        top(key),
        Some((
            Role::Time | Role::Level | Role::Logger | Role::Message | Role::Id(_),
            0..=2
        ))
    )
}
