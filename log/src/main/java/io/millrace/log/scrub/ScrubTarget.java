package io.millrace.log.scrub;

import io.millrace.log.HostedLog;
import io.millrace.log.LogOwner;

/// A log to be scrubbed, with whoever holds its guard.
public record ScrubTarget(HostedLog hosted, LogOwner owner) {}
