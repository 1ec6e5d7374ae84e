/// The bytes: record batches, file names, checkpoint and snapshot files. Each class specifies the
/// format that it reads and writes, all of them Kafka's.
///
/// Pure functions and flyweights over buffers; nothing here knows a log. Trusts nothing: sizes and
/// bounds are checked before anything is read by them.
@NullMarked
package io.millrace.log.format;

import org.jspecify.annotations.NullMarked;
