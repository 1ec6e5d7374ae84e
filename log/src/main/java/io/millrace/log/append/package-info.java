/// What is checked and set before batches are written: the validators of the leader's and of the
/// follower's append, after Kafka's `LogValidator` and `UnifiedLog.analyzeAndValidateRecords`.
///
/// Data-plane dialect: works in place on the receive buffer, keeps its findings in fields, makes an
/// object a record only to report errors or where a codec forces it.
@NullMarked
package io.millrace.log.append;

import org.jspecify.annotations.NullMarked;
